import type { Operator } from '../operator.js';
import { float32, sizeOf } from '../value.js';

/** `e^x` divided by its sum along `axis`. */
export const softmax: Operator = (attributes) => {
  const given = attributes.int('axis', -1);
  return (inputs) => {
    const { dims, data } = inputs.float32(0);
    const axis = inputs.axis(given, dims.length);
    const length = dims[axis]!;
    const step = sizeOf(dims.slice(axis + 1));
    const out = new Float32Array(data.length);
    for (let lane = 0; lane < data.length / Math.max(1, length); lane++) {
      const start = Math.floor(lane / step) * length * step + (lane % step);
      const row = Float64Array.from({ length }, (_, i) => data[start + i * step]!);
      softmaxInPlace(row, length);
      for (let i = 0; i < length; i++) out[start + i * step] = row[i]!;
    }
    return [float32(dims, out)];
  };
};

/** Softmax of the first `count` numbers; the largest is taken off first, so that nothing overflows. */
export function softmaxInPlace(row: Float64Array, count: number): void {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) largest = Math.max(largest, row[i]!);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    row[i] = Math.exp(row[i]! - largest);
    sum += row[i]!;
  }
  for (let i = 0; i < count; i++) row[i] = row[i]! / sum;
}
