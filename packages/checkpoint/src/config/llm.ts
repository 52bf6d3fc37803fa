import type { ExpertsConfig, LlmConfig, LlmFamily } from '../model-config.js';
import { familyOf, refuseSetting } from './architectures.js';
import { configInvalid, type Fields } from './fields.js';
import { readRope } from './rope.js';

/** More layers than any model has; keeps a damaged number from becoming a million tensor names. */
export const MAX_LAYERS = 4096;

interface Defaults {
  readonly hidden: number;
  readonly layers: number;
  readonly heads: number;
  /** Absent: as many as heads. */
  readonly kvHeads?: number;
  /** Absent: hidden / heads. */
  readonly headSize?: number;
  readonly mlpWidth: number;
  readonly vocabulary: number;
  readonly eps: number;
  readonly maxPositions: number;
}

/** What the reference's configuration classes fill in. */
const defaults: Record<LlmFamily, Defaults> = {
  internlm2: {
    hidden: 4096,
    layers: 32,
    heads: 32,
    mlpWidth: 11008,
    vocabulary: 103168,
    eps: 1e-6,
    maxPositions: 2048,
  },
  llama: {
    hidden: 4096,
    layers: 32,
    heads: 32,
    mlpWidth: 11008,
    vocabulary: 32000,
    eps: 1e-6,
    maxPositions: 2048,
  },
  phi3: {
    hidden: 3072,
    layers: 32,
    heads: 32,
    mlpWidth: 8192,
    vocabulary: 32064,
    eps: 1e-5,
    maxPositions: 4096,
  },
  qwen2: {
    hidden: 4096,
    layers: 32,
    heads: 32,
    kvHeads: 32,
    mlpWidth: 22016,
    vocabulary: 151936,
    eps: 1e-6,
    maxPositions: 32768,
  },
  qwen3: {
    hidden: 4096,
    layers: 32,
    heads: 32,
    kvHeads: 32,
    headSize: 128,
    mlpWidth: 22016,
    vocabulary: 151936,
    eps: 1e-6,
    maxPositions: 32768,
  },
  'qwen3-moe': {
    hidden: 2048,
    layers: 24,
    heads: 32,
    kvHeads: 4,
    mlpWidth: 6144,
    vocabulary: 151936,
    eps: 1e-6,
    maxPositions: 32768,
  },
};

/**
 * The language model. What the file leaves out takes the value of the reference's class for that architecture.
 *
 * Source: `configuration_{llama,qwen2,qwen3,qwen3_moe,phi3}.py` of transformers, `configuration_internlm2.py` of
 * OpenGVLab/InternVL.
 *
 * @throws `config-invalid`, `architecture-unsupported`, `architecture-unknown`
 */
export function readLlm(llm: Fields, architecture: string): LlmConfig {
  const family = familyOf(architecture, llm.fieldPath('architectures'));
  refuseOtherArithmetic(llm, family);
  const standard = defaults[family];
  const hidden = llm.count('hidden_size', standard.hidden);
  const heads = llm.count('num_attention_heads', standard.heads);
  const kvHeads = llm.count('num_key_value_heads', standard.kvHeads ?? heads);
  if (heads % kvHeads !== 0) {
    throw configInvalid(llm.fieldPath('num_key_value_heads'), `a divisor of ${heads} heads`, kvHeads);
  }
  const headSize = llm.count('head_dim', standard.headSize ?? hidden / heads);
  if (headSize % 2 !== 0) throw configInvalid(llm.fieldPath('head_dim'), 'even', headSize);
  const maxPositions = llm.count('max_position_embeddings', standard.maxPositions);
  refuseSlidingWindow(llm, family, maxPositions);
  const config: LlmConfig = {
    family,
    hidden,
    layers: llm.count('num_hidden_layers', standard.layers, MAX_LAYERS),
    heads,
    kvHeads,
    headSize,
    mlpWidth: llm.count('intermediate_size', standard.mlpWidth),
    vocabulary: llm.count('vocab_size', standard.vocabulary),
    eps: llm.positive('rms_norm_eps', standard.eps),
    maxPositions,
    rope: readRope(llm, maxPositions, headSize),
    qkvBias: family === 'qwen2',
    qkNorm: family === 'qwen3' || family === 'qwen3-moe',
    tiedEmbeddings: llm.flag('tie_word_embeddings', false),
  };
  return family === 'qwen3-moe' ? { ...config, experts: readExperts(llm) } : config;
}

function readExperts(llm: Fields): ExpertsConfig {
  const count = llm.count(
    llm.has('num_local_experts') ? 'num_local_experts' : 'num_experts',
    128,
    MAX_LAYERS,
  );
  const perToken = llm.count('num_experts_per_tok', 8, count);
  const step = llm.count('decoder_sparse_step', 1);
  if (step !== 1) throw refuseSetting(llm.fieldPath('decoder_sparse_step'), step, 'experts in every layer');
  const dense = llm.get('mlp_only_layers');
  if (dense !== undefined && !(Array.isArray(dense) && dense.length === 0)) {
    throw refuseSetting(llm.fieldPath('mlp_only_layers'), dense, 'experts in every layer');
  }
  return {
    count,
    perToken,
    mlpWidth: llm.count('moe_intermediate_size', 768),
    normalise: llm.flag('norm_topk_prob', false),
  };
}

/** Settings that the classes have and no published InternVL checkpoint uses; ignoring one would answer wrongly. */
function refuseOtherArithmetic(llm: Fields, family: LlmFamily): void {
  const activation = llm.text('hidden_act', 'silu');
  if (activation !== 'silu') throw refuseSetting(llm.fieldPath('hidden_act'), activation, '"silu"');
  const biases = family === 'internlm2' ? ['bias'] : ['attention_bias', 'mlp_bias'];
  for (const name of family === 'qwen2' || family === 'phi3' ? [] : biases) {
    if (llm.flag(name, name === 'bias')) throw refuseSetting(llm.fieldPath(name), true, 'false');
  }
  const positions = llm.text('rope_pos_id_version', 'default');
  if (positions !== 'default') {
    throw refuseSetting(llm.fieldPath('rope_pos_id_version'), positions, '"default"');
  }
}

function refuseSlidingWindow(llm: Fields, family: LlmFamily, maxPositions: number): void {
  const types = llm.get('layer_types');
  if (Array.isArray(types) && types.some((type) => type !== 'full_attention')) {
    throw refuseSetting(llm.fieldPath('layer_types'), types, 'full attention in every layer');
  }
  const qwen = family.startsWith('qwen') && llm.flag('use_sliding_window', false);
  if (!qwen && !(family === 'phi3' && llm.has('sliding_window'))) return;
  const window = llm.count('sliding_window', 4096);
  if (window < maxPositions) {
    throw refuseSetting(
      llm.fieldPath('sliding_window'),
      window,
      `a window of all ${maxPositions} positions, or none`,
    );
  }
}
