import type { ModelConfig } from '../model-config.js';
import type { KeyLayout } from './key-layout.js';
import { planLlm } from './plan-llm.js';
import { planVision } from './plan-vision.js';
import type { PlannedTensor } from './planned-tensor.js';

/**
 * Every tensor that a model of this description needs, in the order of the arithmetic, and where a file with these key
 * names keeps it. Canonical names are those of OpenGVLab's chat model with a Llama-style language model:
 *
 * - `vision_model.embeddings.{class_embedding [1, 1, C], position_embedding [1, 1 + side², C]}`,
 *   `vision_model.embeddings.patch_embedding.{weight [C, 3, p, p], bias}`
 * - `vision_model.encoder.layers.N.{ls1, ls2}`, `.norm1|norm2.{weight, bias?}`, `.attn.qkv.{weight [3C, C], bias?}`,
 *   `.attn.q_norm|k_norm.weight?`, `.attn.proj.{weight, bias}`, `.mlp.fc1|fc2.{weight, bias}`
 * - `mlp1.0.{weight, bias}` (LayerNorm over `C / ratio²`), `mlp1.1.{weight, bias}`, `mlp1.3.{weight, bias}`
 * - `language_model.model.embed_tokens.weight [V, H]`, `language_model.model.norm.weight`,
 *   `language_model.lm_head.weight` unless tied
 * - `language_model.model.layers.N.{input_layernorm, post_attention_layernorm}.weight`,
 *   `.self_attn.{q,k,v}_proj.{weight [heads × headSize, H], bias?}`, `.self_attn.{q,k}_norm.weight?`,
 *   `.self_attn.o_proj.weight`, `.mlp.{gate,up,down}_proj.weight`; with experts `.mlp.gate.weight [experts, H]` and
 *   `.mlp.experts.E.{gate,up,down}_proj.weight`
 *
 * Source: `modeling_intern_vit.py`, `modeling_internvl_chat.py`, `modeling_internlm2.py`, `modeling_phi3.py` of
 * OpenGVLab/InternVL; `models/internvl/modeling_internvl.py` of transformers.
 */
export function planTensors(config: ModelConfig, keys: KeyLayout): PlannedTensor[] {
  const { llm } = config;
  return [
    ...planVision(config, keys),
    ...(llm === undefined ? [] : planLlm(llm, keys, keys.style === 'native' ? 'text_config' : 'llm_config')),
  ];
}
