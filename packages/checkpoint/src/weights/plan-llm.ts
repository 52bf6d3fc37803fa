import type { LlmConfig } from '../model-config.js';
import type { KeyLayout } from './key-layout.js';
import { type Piece, type PlannedTensor, type StoredTensor, whole } from './planned-tensor.js';

const MODEL = 'language_model.model.';

/** The language model, taken apart to q, k, v, gate and up however the file fuses them. */
export function planLlm(llm: LlmConfig, keys: KeyLayout, owner: string): PlannedTensor[] {
  const { family, hidden, vocabulary, headSize } = llm;
  const field = (...names: string[]) => names.map((name) => `${owner}.${name}`);
  const tensors: PlannedTensor[] = [];
  const add = (name: string, shape: readonly number[], ...fields: readonly string[]) => {
    const key = family === 'internlm2' ? internlm2Key(name) : name;
    tensors.push(whole(MODEL + name, keys.llm + key, shape, field(...fields)));
  };

  add('embed_tokens.weight', [vocabulary, hidden], 'vocab_size', 'hidden_size');
  for (let layer = 0; layer < llm.layers; layer++) {
    const at = `layers.${layer}.`;
    add(`${at}input_layernorm.weight`, [hidden], 'hidden_size');
    tensors.push(...attentionInputs(llm, keys, at, field));
    if (llm.qkNorm) {
      add(`${at}self_attn.q_norm.weight`, [headSize], 'head_dim');
      add(`${at}self_attn.k_norm.weight`, [headSize], 'head_dim');
    }
    const output = [hidden, llm.heads * headSize];
    add(`${at}self_attn.o_proj.weight`, output, 'hidden_size', 'num_attention_heads', 'head_dim');
    add(`${at}post_attention_layernorm.weight`, [hidden], 'hidden_size');
    if (llm.experts === undefined) {
      tensors.push(...gateAndUp(llm, keys, at, field));
      add(`${at}mlp.down_proj.weight`, [hidden, llm.mlpWidth], 'hidden_size', 'intermediate_size');
    } else {
      const { count, mlpWidth } = llm.experts;
      add(`${at}mlp.gate.weight`, [count, hidden], 'num_experts', 'hidden_size');
      for (let expert = 0; expert < count; expert++) {
        const one = `${at}mlp.experts.${expert}.`;
        add(`${one}gate_proj.weight`, [mlpWidth, hidden], 'moe_intermediate_size', 'hidden_size');
        add(`${one}up_proj.weight`, [mlpWidth, hidden], 'moe_intermediate_size', 'hidden_size');
        add(`${one}down_proj.weight`, [hidden, mlpWidth], 'hidden_size', 'moe_intermediate_size');
      }
    }
  }
  add('norm.weight', [hidden], 'hidden_size');
  if (!llm.tiedEmbeddings) {
    const shape = [vocabulary, hidden];
    tensors.push(
      whole('language_model.lm_head.weight', headKey(llm, keys), shape, field('vocab_size', 'hidden_size')),
    );
  }
  return tensors;
}

/** Where the output matrix is stored, unless it is tied. */
export function headKey(llm: LlmConfig, keys: KeyLayout): string {
  return keys.head + (llm.family === 'internlm2' ? 'output.weight' : 'lm_head.weight');
}

type FieldNames = (...names: string[]) => string[];

/** q, k and v: three tensors, three blocks of one (Phi-3), or groups per kv head (InternLM2). */
function attentionInputs(llm: LlmConfig, keys: KeyLayout, at: string, field: FieldNames): PlannedTensor[] {
  const { family, hidden, heads, kvHeads, headSize } = llm;
  const fields = field('num_attention_heads', 'num_key_value_heads', 'head_dim', 'hidden_size');
  const parts = [
    ['q_proj', heads],
    ['k_proj', kvHeads],
    ['v_proj', kvHeads],
  ] as const;
  if (family !== 'internlm2' && family !== 'phi3') {
    return parts.flatMap(([part, count]) => {
      const name = `${at}self_attn.${part}.`;
      const rows = count * headSize;
      const weight = whole(`${MODEL}${name}weight`, `${keys.llm}${name}weight`, [rows, hidden], fields);
      if (!llm.qkvBias) return [weight];
      return [weight, whole(`${MODEL}${name}bias`, `${keys.llm}${name}bias`, [rows], fields)];
    });
  }
  const fused = family === 'internlm2' ? 'attention.wqkv.weight' : 'self_attn.qkv_proj.weight';
  const stored = { name: keys.llm + at + fused, shape: [(heads + 2 * kvHeads) * headSize, hidden] };
  const piece = (firstHead: number, count: number): Piece =>
    rows(stored, firstHead * headSize, count * headSize);
  const group = heads / kvHeads;
  const groups = Array.from({ length: kvHeads }, (_, index) => index * (group + 2));
  const pieces =
    family === 'phi3'
      ? [[piece(0, heads)], [piece(heads, kvHeads)], [piece(heads + kvHeads, kvHeads)]]
      : [
          groups.map((first) => piece(first, group)),
          groups.map((first) => piece(first + group, 1)),
          groups.map((first) => piece(first + group + 1, 1)),
        ];
  return parts.map(([part, count], index) => ({
    name: `${MODEL}${at}self_attn.${part}.weight`,
    shape: [count * headSize, hidden],
    pieces: pieces[index] ?? [],
    fields,
  }));
}

/** gate and up: two tensors, or two halves of one (Phi-3). */
function gateAndUp(llm: LlmConfig, keys: KeyLayout, at: string, field: FieldNames): PlannedTensor[] {
  const { family, hidden, mlpWidth } = llm;
  const shape = [mlpWidth, hidden];
  const fields = field('intermediate_size', 'hidden_size');
  const names = [`${at}mlp.gate_proj.weight`, `${at}mlp.up_proj.weight`];
  if (family !== 'phi3') {
    return names.map((name) => {
      const key = family === 'internlm2' ? internlm2Key(name) : name;
      return whole(MODEL + name, keys.llm + key, shape, fields);
    });
  }
  const stored = { name: `${keys.llm}${at}mlp.gate_up_proj.weight`, shape: [2 * mlpWidth, hidden] };
  return names.map((name, half) => ({
    name: MODEL + name,
    shape,
    pieces: [rows(stored, half * mlpWidth, mlpWidth)],
    fields,
  }));
}

function rows(stored: StoredTensor, firstRow: number, count: number): Piece {
  const width = stored.shape[1] ?? 1;
  return { stored, first: firstRow * width, count: count * width };
}

const internlm2Renames: readonly (readonly [string, string])[] = [
  ['embed_tokens.', 'tok_embeddings.'],
  ['self_attn.o_proj.', 'attention.wo.'],
  ['mlp.gate_proj.', 'feed_forward.w1.'],
  ['mlp.down_proj.', 'feed_forward.w2.'],
  ['mlp.up_proj.', 'feed_forward.w3.'],
  ['post_attention_layernorm.', 'ffn_norm.'],
  ['input_layernorm.', 'attention_norm.'],
];

function internlm2Key(name: string): string {
  return internlm2Renames.reduce((key, [from, to]) => key.replace(from, to), name);
}
