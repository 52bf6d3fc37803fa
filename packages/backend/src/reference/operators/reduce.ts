import type { Attributes, Inputs, Operator } from '../operator.js';
import { float32, int64, sizeOf, stridesOf } from '../value.js';

/** The sum along axes. */
export const reduceSum: Operator = (attributes) => reduce(attributes, 0, (sum, x) => sum + x);
/** The largest along axes. */
export const reduceMax: Operator = (attributes) => reduce(attributes, Number.NEGATIVE_INFINITY, Math.max);

function reduce(
  attributes: Attributes,
  start: number,
  join: (a: number, b: number) => number,
): ReturnType<Operator> {
  const keep = attributes.int('keepdims', 1) === 1;
  attributes.only('noop_with_empty_axes', 0);
  return (inputs) => {
    const { dims, data } = inputs.float32(0);
    const given = inputs.optional(1) ? inputs.integers(1) : [];
    const axes =
      given.length > 0 ? given.map((axis) => inputs.axis(axis, dims.length)) : dims.map((_, axis) => axis);
    const kept = dims.map((size, axis) => (axes.includes(axis) ? 1 : size));
    const strides = stridesOf(dims);
    const keptStrides = stridesOf(kept);
    const sums = new Float64Array(sizeOf(kept)).fill(start);
    data.forEach((x, index) => {
      const place = kept.reduce(
        (at, size, axis) =>
          at + (size === 1 ? 0 : Math.floor(index / strides[axis]!) % dims[axis]!) * keptStrides[axis]!,
        0,
      );
      sums[place] = join(sums[place]!, x);
    });
    return [float32(keep ? kept : dims.filter((_, axis) => !axes.includes(axis)), Float32Array.from(sums))];
  };
}

/** The place of the largest along `axis`; of equal ones the first. */
export const argMax: Operator = (attributes) => {
  const given = attributes.int('axis', 0);
  const keep = attributes.int('keepdims', 1) === 1;
  attributes.only('select_last_index', 0);
  return (inputs) => {
    const { axis, dims, lanes } = lanesOf(inputs, given);
    const places = lanes.map(firstLargest);
    return [int64(keep ? dims.with(axis, 1) : dims.toSpliced(axis, 1), places)];
  };
};

/** The `k` largest along the last axis, in falling order, and their places. */
export const topK: Operator = (attributes) => {
  const given = attributes.int('axis', -1);
  attributes.only('largest', 1);
  return (inputs) => {
    const { axis, dims, lanes } = lanesOf(inputs, given);
    if (axis !== dims.length - 1) throw inputs.failure('the last axis', String(axis));
    const [k = 0] = inputs.integers(1);
    if (k > dims[axis]!) throw inputs.failure(`at most ${dims[axis]} of the row`, String(k));
    const places = lanes.map((lane) => largest(lane, k));
    const values = places.flatMap((row, lane) => row.map((place) => lanes[lane]![place]!));
    return [float32(dims.with(axis, k), Float32Array.from(values)), int64(dims.with(axis, k), places.flat())];
  };
};

/** Places of the `count` largest, in falling order; of equal ones the first comes first. */
export function largest(row: Float32Array | Float64Array, count: number): number[] {
  const places = Array.from(row.keys());
  return places.sort((a, b) => row[b]! - row[a]! || a - b).slice(0, count);
}

function firstLargest(row: Float32Array): number {
  return row.reduce((best, value, place) => (value > row[best]! ? place : best), 0);
}

function lanesOf(
  inputs: Inputs,
  given: number,
): { axis: number; dims: readonly number[]; lanes: readonly Float32Array[] } {
  const { dims, data } = inputs.float32(0);
  const axis = inputs.axis(given, dims.length);
  const length = dims[axis]!;
  const step = sizeOf(dims.slice(axis + 1));
  const count = sizeOf(dims.slice(0, axis)) * step;
  const lanes = Array.from({ length: count }, (_, lane) => {
    const start = Math.floor(lane / step) * length * step + (lane % step);
    return Float32Array.from({ length }, (__, i) => data[start + i * step]!);
  });
  return { axis, dims, lanes };
}
