import { sizeOf, stridesOf } from './value.js';

/** The shape that two shapes stretch to, aligned at their last axes; undefined when they do not fit. */
export function broadcastDims(a: readonly number[], b: readonly number[]): number[] | undefined {
  const rank = Math.max(a.length, b.length);
  const dims: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const sizeA = a[axis - rank + a.length] ?? 1;
    const sizeB = b[axis - rank + b.length] ?? 1;
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) return undefined;
    dims.push(sizeA === 1 ? sizeB : sizeA);
  }
  return dims;
}

/** Where the element of an input lies that belongs to element `index` of the shape it is stretched to. */
export function broadcastOffsets(from: readonly number[], to: readonly number[]): (index: number) => number {
  const size = sizeOf(from);
  const inner = from.slice(from.findIndex((length) => length !== 1));
  if (size === 1) return () => 0;
  if (inner.every((length, axis) => length === to[to.length - inner.length + axis])) {
    return (index) => index % size;
  }
  const skipped = to.length - from.length;
  const strides = stridesOf(from);
  const steps = to.map((_, axis) => ((from[axis - skipped] ?? 1) === 1 ? 0 : strides[axis - skipped]!));
  return (index) => {
    let rest = index;
    let offset = 0;
    for (let axis = to.length - 1; axis >= 0; axis--) {
      const length = to[axis]!;
      offset += (rest % length) * steps[axis]!;
      rest = Math.floor(rest / length);
    }
    return offset;
  };
}
