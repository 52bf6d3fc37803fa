import { newArray } from '../../typed-array.js';
import type { Inputs, Operator } from '../operator.js';
import { rearranged, sizeOf, stridesOf, words } from '../value.js';

/** Takes entries along `axis` by index: `[rows, width]` and `[batch, sequence]` → `[batch, sequence, width]`. */
export const gather: Operator = (attributes) => {
  const given = attributes.int('axis', 0);
  return (inputs) => {
    const value = inputs.any(0);
    const axis = inputs.axis(given, value.dims.length);
    const length = value.dims[axis]!;
    const indices = inputs.integers(1).map((index) => position(inputs, index, length));
    const run = sizeOf(value.dims.slice(axis + 1));
    const dims = [...value.dims.slice(0, axis), ...inputs.any(1).dims, ...value.dims.slice(axis + 1)];
    return [
      rearranged(value, dims, run, (i) => {
        const outer = Math.floor(i / indices.length);
        return (outer * length + indices[i % indices.length]!) * run;
      }),
    ];
  };
};

/** A copy of the first input in which elements are replaced by those of the third, at the second's places on `axis`. */
export const scatterElements: Operator = (attributes) => {
  const given = attributes.int('axis', 0);
  attributes.only('reduction', 'none');
  return (inputs) => {
    const value = inputs.any(0);
    const updates = inputs.any(2);
    const { dims } = inputs.any(1);
    if (
      updates.type !== value.type ||
      updates.data.length !== sizeOf(dims) ||
      dims.length !== value.dims.length
    ) {
      throw inputs.failure(
        'indices and updates of one shape and the rank of the data',
        `[${updates.dims.join(', ')}]`,
      );
    }
    const axis = inputs.axis(given, dims.length);
    const data = newArray(value.type, value.data.length);
    const target = words(data);
    const source = words(updates.data);
    const perElement = source.length / Math.max(1, updates.data.length);
    target.set(words(value.data));
    const strides = stridesOf(dims);
    const targetStrides = stridesOf(value.dims);
    inputs.integers(1).forEach((index, i) => {
      const place = dims.reduce((offset, size, at) => {
        const step =
          at === axis ? position(inputs, index, value.dims[axis]!) : Math.floor(i / strides[at]!) % size;
        return offset + step * targetStrides[at]!;
      }, 0);
      for (let word = 0; word < perElement; word++) {
        target[place * perElement + word] = source[i * perElement + word]!;
      }
    });
    return [{ type: value.type, dims: value.dims, data }];
  };
};

function position(inputs: Inputs, index: number, length: number): number {
  const positive = index < 0 ? index + length : index;
  if (positive >= 0 && positive < length) return positive;
  throw inputs.failure(`an index below ${length}`, String(index));
}
