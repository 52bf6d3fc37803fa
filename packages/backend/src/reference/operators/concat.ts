import { newArray } from '../../typed-array.js';
import type { Operator } from '../operator.js';
import { rearranged, sizeOf, type Value, words } from '../value.js';

/** Joins values along `axis`. */
export const concat: Operator = (attributes) => {
  const given = attributes.int('axis', 0);
  return (inputs) => {
    const parts = Array.from({ length: inputs.count }, (_, index) => inputs.any(index));
    const [first] = parts;
    if (!first) throw inputs.failure('at least one input', 'none');
    const axis = inputs.axis(given, first.dims.length);
    for (const { type, dims } of parts) {
      const fits =
        dims.length === first.dims.length && dims.every((size, i) => i === axis || size === first.dims[i]);
      if (type === first.type && fits) continue;
      throw inputs.failure(
        `${first.type} [${first.dims.join(', ')}] but for axis ${axis}`,
        `${type} [${dims.join(', ')}]`,
      );
    }
    const joined = first.dims.with(
      axis,
      parts.reduce((sum, { dims }) => sum + dims[axis]!, 0),
    );
    return [join(parts, joined, axis)];
  };
};

function join(parts: readonly Value[], dims: readonly number[], axis: number): Value {
  const { type } = parts[0]!;
  const data = newArray(type, sizeOf(dims));
  const target = words(data);
  const outer = sizeOf(dims.slice(0, axis));
  let at = 0;
  const sources = parts.map((part) => words(part.data));
  for (let index = 0; index < outer; index++) {
    for (const source of sources) {
      const run = source.length / outer;
      target.set(source.subarray(index * run, (index + 1) * run), at);
      at += run;
    }
  }
  return { type, dims, data };
}

/** Cuts a value along `axis` into the sizes of its second input, or into `num_outputs` equal parts. */
export const split: Operator = (attributes) => {
  const given = attributes.int('axis', 0);
  const parts = attributes.int('num_outputs', attributes.node.outputs.length);
  return (inputs) => {
    const value = inputs.any(0);
    const axis = inputs.axis(given, value.dims.length);
    const length = value.dims[axis]!;
    const sizes = inputs.optional(1) ? inputs.integers(1) : equalParts(length, parts);
    if (sizes.reduce((sum, size) => sum + size, 0) !== length) {
      throw inputs.failure(`sizes that add up to ${length}`, sizes.join(', '));
    }
    const inner = sizeOf(value.dims.slice(axis + 1));
    let start = 0;
    return sizes.map((size) => {
      const first = start * inner;
      start += size;
      return rearranged(value, value.dims.with(axis, size), size * inner, (i) => i * length * inner + first);
    });
  };
};

/** The last part is smaller when it does not come out even. */
function equalParts(length: number, parts: number): number[] {
  const size = Math.ceil(length / parts);
  return Array.from({ length: parts }, (_, index) => Math.max(0, Math.min(size, length - index * size)));
}
