import type { LlmConfig } from '../model-config.js';
import { type Matrix, scaleBy } from '../write/matrix.js';
import { pickColumns, pickRows, type Segment } from '../write/segments.js';

/**
 * Head size in the decoder graph: GroupQueryAttention takes multiples of 8. The channels that are added are zero in q, k
 * and v, so that scores and results stay what they were; the softmax scale keeps the true size.
 */
export function kvHeadSize({ headSize }: LlmConfig): number {
  return Math.ceil(headSize / 8) * 8;
}

/** Output channels of a projection to heads: each half of a head is padded on its own, as the rotation pairs halves. */
export function padHeadRows(matrix: Matrix, llm: LlmConfig): Matrix {
  const segments = paddedHalves(matrix.rows, llm);
  return segments ? pickRows(matrix, segments) : matrix;
}

/** Input channels of the projection behind attention. */
export function padHeadColumns(matrix: Matrix, llm: LlmConfig): Matrix {
  const segments = paddedHalves(matrix.columns, llm);
  return segments ? pickColumns(matrix, segments) : matrix;
}

/**
 * Scale and epsilon of an RMSNorm over one head, so that the mean over the padded head comes out as over the true one.
 */
export function padHeadNorm(scale: Matrix, eps: number, llm: LlmConfig): { scale: Matrix; eps: number } {
  const share = llm.headSize / kvHeadSize(llm);
  return { scale: scaleBy(padHeadRows(scale, llm), Math.sqrt(share)), eps: eps * share };
}

function paddedHalves(channels: number, llm: LlmConfig): Segment[] | undefined {
  const half = llm.headSize / 2;
  const padding = kvHeadSize(llm) / 2 - half;
  if (padding === 0) return undefined;
  return Array.from({ length: channels / half }, (_, index) => [
    { first: index * half, count: half },
    { count: padding },
  ]).flat();
}
