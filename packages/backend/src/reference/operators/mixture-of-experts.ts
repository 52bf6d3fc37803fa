import { multiplyTransposed } from '../multiply.js';
import type { Operator } from '../operator.js';
import { float32 } from '../value.js';
import { largest } from './reduce.js';
import { softmaxInPlace } from './softmax.js';

/**
 * Each token goes through the `k` experts that its router logits favour, and their outputs are added up by weight.
 * (Qwen3 technical report, arXiv 2505.09388; Shazeer et al., arXiv 1701.06538.)
 *
 * Input `[…, hidden]`, router logits `[tokens, experts]`, first weights `[experts, 2 * inner, hidden]` with rows of
 * gate and up in turn, second weights `[experts, hidden, inner]`: `w2 · (silu(gate) * up)`.
 *
 * Source: com.microsoft.MoE of ONNX Runtime's ContribOperators.md, with `activation_type` swiglu.
 */
export const mixtureOfExperts: Operator = (attributes) => {
  attributes.atMost(5);
  attributes.only('activation_type', 'swiglu');
  attributes.only('swiglu_fusion', 1);
  attributes.only('activation_alpha', 1);
  attributes.only('activation_beta', 0);
  attributes.only('use_sparse_mixer', 0);
  const perToken = attributes.int('k', 1);
  const normalise = attributes.int('normalize_routing_weights', 0) === 1;
  return (inputs) => {
    const { dims, data } = inputs.float32(0);
    const router = inputs.float32(1);
    const first = inputs.float32(2);
    const second = inputs.float32(4);
    const [experts = 0, doubled = 0, hidden = 0] = first.dims;
    const inner = doubled / 2;
    if (
      dims.at(-1) !== hidden ||
      router.data.length * hidden !== data.length * experts ||
      second.data.length !== experts * hidden * inner
    ) {
      const shapes = [0, 1, 2, 4].map((index) => `[${inputs.any(index).dims.join(', ')}]`);
      throw inputs.failure(
        '[…, hidden], [tokens, experts], [experts, 2 inner, hidden], [experts, hidden, inner]',
        shapes.join(' '),
      );
    }
    const out = new Float32Array(data.length);
    for (let token = 0; token * hidden < data.length; token++) {
      const weights = Float64Array.from(router.data.subarray(token * experts, (token + 1) * experts));
      softmaxInPlace(weights, experts);
      const chosen = largest(weights, perToken);
      const sum = normalise ? chosen.reduce((total, expert) => total + weights[expert]!, 0) : 1;
      const input = data.subarray(token * hidden, (token + 1) * hidden);
      for (const expert of chosen) {
        const w1 = first.data.subarray(expert * doubled * hidden, (expert + 1) * doubled * hidden);
        const w2 = second.data.subarray(expert * hidden * inner, (expert + 1) * hidden * inner);
        const gated = gate(multiplyTransposed(input, w1, 1, hidden, doubled));
        multiplyTransposed(gated, w2, 1, inner, hidden).forEach((x, i) => {
          out[token * hidden + i] = out[token * hidden + i]! + (weights[expert]! / sum) * x;
        });
      }
    }
    return [float32(dims, out)];
  };
};

/** `silu(gate) * up` of neighbouring numbers. */
function gate(pairs: Float32Array): Float32Array {
  return Float32Array.from({ length: pairs.length / 2 }, (_, i) => {
    const x = pairs[2 * i]!;
    return (x / (1 + Math.exp(-x))) * pairs[2 * i + 1]!;
  });
}
