import { broadcastDims, broadcastOffsets } from '../broadcast.js';
import type { Inputs, Operator } from '../operator.js';
import { int64, rearranged, sizeOf, type Value } from '../value.js';

export const identity: Operator = () => (inputs) => [inputs.any(0)];

/** Same elements, another shape: -1 is what is left, 0 the size of the input there unless `allowzero`. */
export const reshape: Operator = (attributes) => {
  const allowZero = attributes.int('allowzero', 0) === 1;
  return (inputs) => {
    const value = inputs.any(0);
    const wanted = inputs
      .integers(1)
      .map((size, axis) => (size === 0 && !allowZero ? (value.dims[axis] ?? 0) : size));
    const known = sizeOf(wanted.filter((size) => size !== -1));
    const dims = wanted.map((size) => (size === -1 ? value.data.length / Math.max(1, known) : size));
    return [withDims(inputs, value, dims)];
  };
};

/** The sizes of the input from axis `start` to `end`. */
export const shape: Operator = (attributes) => {
  const start = attributes.int('start', 0);
  const end = attributes.int('end', Number.MAX_SAFE_INTEGER);
  return (inputs) => {
    const sizes = inputs.any(0).dims.slice(start, end);
    return [int64([sizes.length], sizes)];
  };
};

/** Drops axes of size 1: those listed, or all. */
export const squeeze: Operator = () => (inputs) => {
  const value = inputs.any(0);
  const { dims } = value;
  const axes = inputs.optional(1)
    ? inputs.integers(1).map((axis) => inputs.axis(axis, dims.length))
    : [...dims.keys()].filter((axis) => dims[axis] === 1);
  return [
    withDims(
      inputs,
      value,
      dims.filter((_, axis) => !axes.includes(axis)),
    ),
  ];
};

/** Adds axes of size 1 where the second input lists them. */
export const unsqueeze: Operator = () => (inputs) => {
  const value = inputs.any(0);
  const given = inputs.integers(1);
  const rank = value.dims.length + given.length;
  const axes = given.map((axis) => inputs.axis(axis, rank));
  const rest = [...value.dims];
  const dims = Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : (rest.shift() ?? 1)));
  return [withDims(inputs, value, dims)];
};

/** Repeats along axes of size 1 until the shape is the one that the second input lists. */
export const expand: Operator = () => (inputs) => {
  const value = inputs.any(0);
  const wanted = inputs.integers(1);
  const dims = broadcastDims(value.dims, wanted);
  if (!dims)
    throw inputs.failure(`a shape that [${value.dims.join(', ')}] stretches to`, `[${wanted.join(', ')}]`);
  return [rearranged(value, dims, 1, broadcastOffsets(value.dims, dims))];
};

function withDims(inputs: Inputs, value: Value, dims: readonly number[]): Value {
  if (sizeOf(dims) === value.data.length && dims.every((size) => Number.isInteger(size) && size >= 0)) {
    return { type: value.type, dims, data: value.data };
  }
  throw inputs.failure(`a shape of ${value.data.length} elements`, `[${dims.join(', ')}]`);
}
