import { multiplyTransposed } from '../multiply.js';
import type { Attributes, Inputs, Operator } from '../operator.js';
import { float32, type Value } from '../value.js';
import { blocksOf, dequantised } from './blocks.js';
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
  const settings = settingsOf(attributes);
  return (inputs) => {
    const [experts = 0, doubled = 0] = inputs.float32(2).dims;
    const weights = { first: inputs.float32(2).data, second: inputs.float32(4).data };
    return [mixed(inputs, { ...settings, ...weights, experts, inner: doubled / 2 })];
  };
};

/**
 * The same with weights in blocks of codes with a scale each: first codes `[experts, 2 * inner, bytes]` and scales
 * `[experts, 2 * inner, blocks]` as inputs 2 and 3, second ones as inputs 5 and 6.
 *
 * Source: com.microsoft.QMoE of ONNX Runtime's ContribOperators.md.
 */
export const quantisedExperts: Operator = (attributes) => {
  attributes.atMost(7);
  const settings = settingsOf(attributes);
  const blocks = blocksOf(attributes, 'expert_weight_bits');
  return (inputs) => {
    const hidden = inputs.float32(0).dims.at(-1)!;
    const [experts = 0, doubled = 0] = inputs.any(2).dims;
    const inner = doubled / 2;
    const weights = (codes: number, rows: number, columns: number) =>
      dequantised(inputs, { codes, scales: codes + 1 }, { ...blocks, rows, columns });
    const first = weights(2, experts * doubled, hidden);
    const second = weights(5, experts * hidden, inner);
    return [mixed(inputs, { ...settings, first, second, experts, inner })];
  };
};

function settingsOf(attributes: Attributes): { readonly perToken: number; readonly normalise: boolean } {
  attributes.only('activation_type', 'swiglu');
  attributes.only('swiglu_fusion', 1);
  attributes.only('activation_alpha', 1);
  attributes.only('activation_beta', 0);
  attributes.only('use_sparse_mixer', 0);
  return {
    perToken: attributes.int('k', 1),
    normalise: attributes.int('normalize_routing_weights', 0) === 1,
  };
}

interface Mixture {
  readonly perToken: number;
  readonly normalise: boolean;
  readonly experts: number;
  readonly inner: number;
  /** `[experts, 2 * inner, hidden]`. */
  readonly first: Float32Array;
  /** `[experts, hidden, inner]`. */
  readonly second: Float32Array;
}

function mixed(inputs: Inputs, mixture: Mixture): Value {
  const { dims, data } = inputs.float32(0);
  const router = inputs.float32(1);
  const { perToken, normalise, experts, inner, first, second } = mixture;
  const doubled = 2 * inner;
  const hidden = dims.at(-1) ?? 0;
  if (
    router.data.length * hidden !== data.length * experts ||
    first.length !== experts * doubled * hidden ||
    second.length !== experts * hidden * inner
  ) {
    throw inputs.failure(
      '[…, hidden], [tokens, experts], [experts, 2 inner, hidden], [experts, hidden, inner]',
      `[${dims.join(', ')}], [${router.dims.join(', ')}], ${first.length} and ${second.length} weights`,
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
      const w1 = first.subarray(expert * doubled * hidden, (expert + 1) * doubled * hidden);
      const w2 = second.subarray(expert * hidden * inner, (expert + 1) * hidden * inner);
      const gated = gate(multiplyTransposed(input, w1, 1, hidden, doubled));
      multiplyTransposed(gated, w2, 1, inner, hidden).forEach((x, i) => {
        out[token * hidden + i] = out[token * hidden + i]! + (weights[expert]! / sum) * x;
      });
    }
  }
  return float32(dims, out);
}

/** `silu(gate) * up` of neighbouring numbers. */
function gate(pairs: Float32Array): Float32Array {
  return Float32Array.from({ length: pairs.length / 2 }, (_, i) => {
    const x = pairs[2 * i]!;
    return (x / (1 + Math.exp(-x))) * pairs[2 * i + 1]!;
  });
}
