import type { DType, TensorData } from '../dtype.js';
import { newArray } from '../typed-array.js';

/** What flows between operators: a tensor without its methods. */
export interface Value<T extends DType = DType> {
  readonly type: T;
  /** Row-major, outermost first. */
  readonly dims: readonly number[];
  readonly data: TensorData[T];
}

/** A float32 value. */
export function float32(dims: readonly number[], data: Float32Array): Value<'float32'> {
  return { type: 'float32', dims, data };
}

/** An int64 value. */
export function int64(dims: readonly number[], values: readonly number[]): Value<'int64'> {
  return { type: 'int64', dims, data: BigInt64Array.from(values, BigInt) };
}

export function isType<T extends DType>(value: Value, type: T): value is Value<T> {
  return value.type === type;
}

/** Elements in a shape. */
export function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, size) => product * size, 1);
}

/** How far apart neighbours along each axis lie: `[2, 3, 4]` → `[12, 4, 1]`. */
export function stridesOf(dims: readonly number[]): number[] {
  return dims.map((_, axis) => sizeOf(dims.slice(axis + 1)));
}

/**
 * A new value of `dims` made of runs of `run` neighbouring elements; run number `i` starts at element `from(i)` of
 * `value`. Moves elements of any type, bit for bit.
 */
export function rearranged(
  value: Value,
  dims: readonly number[],
  run: number,
  from: (index: number) => number,
): Value {
  const data = newArray(value.type, sizeOf(dims));
  const source = words(value.data);
  const target = words(data);
  const perElement = source.length / Math.max(1, value.data.length);
  const width = run * perElement;
  for (let index = 0, at = 0; at < target.length; index++, at += width) {
    const start = from(index) * perElement;
    if (width === 1) target[at] = source[start]!;
    else target.set(source.subarray(start, start + width), at);
  }
  return { type: value.type, dims, data };
}

/** The elements as unsigned words of at most 32 bits, whatever they mean; an int64 is two. */
export function words(data: TensorData[DType]): Uint8Array | Uint16Array | Uint32Array {
  const { buffer, byteOffset, byteLength, BYTES_PER_ELEMENT: size } = data;
  if (size === 1) return new Uint8Array(buffer, byteOffset, byteLength);
  if (size === 2) return new Uint16Array(buffer, byteOffset, byteLength / 2);
  return new Uint32Array(buffer, byteOffset, byteLength / 4);
}
