import { attend } from '../attend.js';
import type { Inputs, Operator } from '../operator.js';
import { float32 } from '../value.js';

/**
 * Every token looks at every token: query, key, value `[batch, tokens, heads * headSize]` → the same shape.
 * Source: com.microsoft.MultiHeadAttention of ONNX Runtime's ContribOperators.md, without mask, bias and past.
 */
export const multiHeadAttention: Operator = (attributes) => {
  attributes.atMost(3);
  attributes.only('unidirectional', 0);
  const heads = attributes.int('num_heads', 0);
  const givenScale = attributes.float('scale', 0);
  return (inputs) => {
    const query = inputs.float32(0);
    const key = inputs.float32(1);
    const value = inputs.float32(2);
    const [batch, tokens, width] = threeAxes(inputs, query.dims);
    const [keyBatch, keyTokens, keyWidth] = threeAxes(inputs, key.dims);
    const headSize = width / heads;
    if (
      keyBatch !== batch ||
      keyWidth !== width ||
      value.data.length !== key.data.length ||
      !Number.isInteger(headSize)
    ) {
      throw inputs.failure(
        `query, key and value of one batch and width, with ${heads} heads`,
        [query, key, value].map(({ dims }) => `[${dims.join(', ')}]`).join(', '),
      );
    }
    const scale = givenScale || 1 / Math.sqrt(headSize);
    const out = new Float32Array(query.data.length);
    const rowsOf = (data: Float32Array, length: number, item: number, head: number) => ({
      data,
      start: item * length * width + head * headSize,
      step: width,
    });
    for (let item = 0; item < batch; item++) {
      for (let head = 0; head < heads; head++) {
        const queries = rowsOf(query.data, tokens, item, head);
        const keys = rowsOf(key.data, keyTokens, item, head);
        const values = rowsOf(value.data, keyTokens, item, head);
        const target = rowsOf(out, tokens, item, head);
        for (let row = 0; row < tokens; row++) {
          attend(queries, keys, values, target, { row, count: keyTokens, headSize, scale });
        }
      }
    }
    return [float32(query.dims, out)];
  };
};

function threeAxes(inputs: Inputs, dims: readonly number[]): [number, number, number] {
  const [batch, tokens, width, ...rest] = dims;
  if (batch === undefined || tokens === undefined || width === undefined || rest.length > 0) {
    throw inputs.failure('[batch, tokens, width]', `[${dims.join(', ')}]`);
  }
  return [batch, tokens, width];
}
