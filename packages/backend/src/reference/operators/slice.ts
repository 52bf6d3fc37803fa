import { newArray } from '../../typed-array.js';
import type { Operator } from '../operator.js';
import { rearranged, sizeOf, stridesOf, words } from '../value.js';

/** A range of each listed axis: starts, ends, axes (all by default), steps (1 by default). */
export const slice: Operator = () => (inputs) => {
  const value = inputs.any(0);
  const starts = inputs.integers(1);
  const ends = inputs.integers(2);
  const axes = inputs.optional(3) ? inputs.integers(3) : [...starts.keys()];
  const steps = inputs.optional(4) ? inputs.integers(4) : starts.map(() => 1);
  const first = value.dims.map(() => 0);
  const stride = value.dims.map(() => 1);
  const dims = [...value.dims];
  axes.forEach((given, i) => {
    const axis = inputs.axis(given, value.dims.length);
    const length = value.dims[axis]!;
    const step = steps[i]!;
    if (step === 0) throw inputs.failure('steps other than 0', '0');
    // Counted backwards, a range may end before the first element, at -1.
    const [low, high] = step > 0 ? [0, length] : [-1, length - 1];
    const clamp = (place: number) => Math.min(Math.max(place < 0 ? place + length : place, low), high);
    const start = clamp(starts[i]!);
    first[axis] = start;
    stride[axis] = step;
    dims[axis] = Math.max(0, Math.ceil((clamp(ends[i]!) - start) / step));
  });
  return [strided(value, dims, first, stride)];
};

function strided(
  value: Parameters<typeof rearranged>[0],
  dims: readonly number[],
  first: readonly number[],
  step: readonly number[],
): ReturnType<typeof rearranged> {
  const whole = dims.findLastIndex((size, axis) => size !== value.dims[axis] || step[axis] !== 1);
  const outer = dims.slice(0, whole + 1);
  const strides = stridesOf(value.dims);
  return rearranged(value, dims, sizeOf(dims.slice(whole + 1)), (index) => {
    let rest = index;
    let offset = 0;
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      offset += (first[axis]! + (rest % outer[axis]!) * step[axis]!) * strides[axis]!;
      rest = Math.floor(rest / outer[axis]!);
    }
    return offset;
  });
}

/** Adds zeros around: `pads` lists how many before each axis, then how many behind. */
export const pad: Operator = (attributes) => {
  attributes.only('mode', 'constant');
  attributes.atMost(3);
  return (inputs) => {
    const value = inputs.any(0);
    const rank = value.dims.length;
    const pads = inputs.integers(1);
    const filler = inputs.optional(2);
    if (pads.length !== 2 * rank || pads.some((count) => count < 0)) {
      throw inputs.failure(`${2 * rank} counts from 0`, pads.join(', '));
    }
    if (filler && words(filler.data).some((word) => word !== 0))
      throw inputs.failure('zeros to pad with', 'another number');
    const dims = value.dims.map((size, axis) => size + pads[axis]! + pads[rank + axis]!);
    const data = newArray(value.type, sizeOf(dims));
    const source = words(value.data);
    const target = words(data);
    const perElement = target.length / Math.max(1, data.length);
    const run = value.dims.at(-1) ?? 1;
    const strides = stridesOf(dims);
    for (let index = 0; index * run < value.data.length; index++) {
      let rest = index;
      let place = pads[rank - 1] ?? 0;
      for (let axis = rank - 2; axis >= 0; axis--) {
        place += (pads[axis]! + (rest % value.dims[axis]!)) * strides[axis]!;
        rest = Math.floor(rest / value.dims[axis]!);
      }
      target.set(
        source.subarray(index * run * perElement, (index + 1) * run * perElement),
        place * perElement,
      );
    }
    return [{ type: value.type, dims, data }];
  };
};
