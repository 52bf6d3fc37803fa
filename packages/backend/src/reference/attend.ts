import { dot } from './multiply.js';
import { softmaxInPlace } from './operators/softmax.js';

/** Rows of `headSize` numbers, `step` apart, the first at `start`: one head of a tensor. */
export interface HeadRows {
  readonly data: Float32Array;
  readonly start: number;
  readonly step: number;
}

/**
 * Attention of one query over the first `count` keys: `out = Σ softmax(scale · q·k) · v`.
 * (Vaswani et al., arXiv 1706.03762, section 3.2.1.)
 */
export function attend(
  query: HeadRows,
  keys: HeadRows,
  values: HeadRows,
  out: HeadRows,
  { row, count, headSize, scale }: { row: number; count: number; headSize: number; scale: number },
): void {
  const weights = new Float64Array(count);
  for (let key = 0; key < count; key++) {
    const place = keys.start + key * keys.step;
    weights[key] = scale * dot(query.data, query.start + row * query.step, keys.data, place, headSize);
  }
  softmaxInPlace(weights, count);
  const sums = new Float64Array(headSize);
  for (let key = 0; key < count; key++) {
    const weight = weights[key]!;
    const place = values.start + key * values.step;
    for (let d = 0; d < headSize; d++) sums[d] = sums[d]! + weight * values.data[place + d]!;
  }
  out.data.set(sums, out.start + row * out.step);
}
