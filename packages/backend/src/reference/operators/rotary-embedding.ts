import type { Operator } from '../operator.js';
import { float32 } from '../value.js';

/**
 * Turns the two halves of each head by the angles of its token: `(a, b) → (a cos - b sin, b cos + a sin)`.
 * (Su et al., arXiv 2104.09864, in the half-split form of GPT-NeoX.)
 *
 * Input `[batch, sequence, heads * headSize]` or `[batch, heads, sequence, headSize]`; indices `[batch, sequence]`
 * pick a row of cos and sin `[rotations, headSize / 2]` for each token, a single index is that of the first token.
 *
 * Source: com.microsoft.RotaryEmbedding of ONNX Runtime's ContribOperators.md.
 */
export const rotaryEmbedding: Operator = (attributes) => {
  attributes.only('interleaved', 0);
  attributes.only('rotary_embedding_dim', 0);
  attributes.only('scale', 1);
  return (inputs) => {
    const { dims, data } = inputs.float32(0);
    const cos = inputs.float32(2);
    const sin = inputs.float32(3);
    const indices = inputs.integers(1);
    const [rotations = 0, half = 0] = cos.dims;
    const headSize = 2 * half;
    const split = dims.length === 4;
    const [batch = 0] = dims;
    const sequence = (split ? dims[2] : dims[1]) ?? 0;
    const heads = data.length / Math.max(1, batch * sequence * headSize);
    if (!Number.isInteger(heads) || (split && dims[3] !== headSize) || sin.data.length !== cos.data.length) {
      throw inputs.failure(`heads of ${headSize} numbers`, `[${dims.join(', ')}]`);
    }
    const row = (item: number, token: number) =>
      indices.length === 1 ? indices[0]! + token : indices[item * sequence + token]!;
    const out = new Float32Array(data.length);
    for (let item = 0; item < batch; item++) {
      for (let token = 0; token < sequence; token++) {
        const angle = row(item, token);
        if (!(angle >= 0 && angle < rotations))
          throw inputs.failure(`a row below ${rotations}`, String(angle));
        for (let head = 0; head < heads; head++) {
          const place = split
            ? ((item * heads + head) * sequence + token) * headSize
            : ((item * sequence + token) * heads + head) * headSize;
          for (let i = 0; i < half; i++) {
            const a = data[place + i]!;
            const b = data[place + half + i]!;
            const c = cos.data[angle * half + i]!;
            const s = sin.data[angle * half + i]!;
            out[place + i] = a * c - b * s;
            out[place + half + i] = b * c + a * s;
          }
        }
      }
    }
    return [float32(dims, out)];
  };
};
