import type { ModelConfig } from '../model-config.js';
import type { KeyLayout } from './key-layout.js';
import { type PlannedTensor, whole } from './planned-tensor.js';

/** The vision tower and, where there is a language model, the projector. */
export function planVision(config: ModelConfig, keys: KeyLayout): PlannedTensor[] {
  const { width, layers, patchSize, tableSide, norm, qkvBias, qkNorm, mlpWidth } = config.vision;
  const owner = config.layout === 'vision-only' ? '' : 'vision_config.';
  const hidden = `${owner}hidden_size`;
  const tensors: PlannedTensor[] = [];
  const add = (name: string, shape: readonly number[], ...fields: readonly string[]) => {
    tensors.push(whole(`vision_model.${name}`, keys.vision + visionKey(name, keys), shape, fields));
  };
  const vector = (name: string) => add(name, [width], hidden);

  add('embeddings.class_embedding', [1, 1, width], hidden);
  const table = [1, 1 + tableSide * tableSide, width];
  add('embeddings.position_embedding', table, `${owner}image_size`, `${owner}patch_size`, hidden);
  add('embeddings.patch_embedding.weight', [width, 3, patchSize, patchSize], hidden, `${owner}patch_size`);
  vector('embeddings.patch_embedding.bias');
  for (let layer = 0; layer < layers; layer++) {
    const at = `encoder.layers.${layer}.`;
    vector(`${at}norm1.weight`);
    if (norm === 'layer') vector(`${at}norm1.bias`);
    tensors.push(qkv(`${at}attn.qkv.weight`, [width], width, hidden, keys));
    if (qkvBias) tensors.push(qkv(`${at}attn.qkv.bias`, [], width, hidden, keys));
    if (qkNorm) {
      vector(`${at}attn.q_norm.weight`);
      vector(`${at}attn.k_norm.weight`);
    }
    add(`${at}attn.proj.weight`, [width, width], hidden);
    vector(`${at}attn.proj.bias`);
    vector(`${at}ls1`);
    vector(`${at}norm2.weight`);
    if (norm === 'layer') vector(`${at}norm2.bias`);
    add(`${at}mlp.fc1.weight`, [mlpWidth, width], `${owner}intermediate_size`, hidden);
    add(`${at}mlp.fc1.bias`, [mlpWidth], `${owner}intermediate_size`);
    add(`${at}mlp.fc2.weight`, [width, mlpWidth], hidden, `${owner}intermediate_size`);
    vector(`${at}mlp.fc2.bias`);
    vector(`${at}ls2`);
  }
  if (config.llm !== undefined) tensors.push(...planProjector(config, config.llm.hidden, keys));
  return tensors;
}

function planProjector(config: ModelConfig, hidden: number, keys: KeyLayout): PlannedTensor[] {
  const input = config.vision.width / config.downsampleRatio ** 2;
  const native = keys.style === 'native';
  const from = ['vision_config.hidden_size', 'downsample_ratio'];
  const to = native ? 'text_config.hidden_size' : 'llm_config.hidden_size';
  const add = (index: string, nativeName: string, part: string, shape: number[], fields: string[]) =>
    whole(`mlp1.${index}.${part}`, `${keys.projector}${native ? nativeName : index}.${part}`, shape, fields);
  return [
    add('0', 'layer_norm', 'weight', [input], from),
    add('0', 'layer_norm', 'bias', [input], from),
    add('1', 'linear_1', 'weight', [hidden, input], [to, ...from]),
    add('1', 'linear_1', 'bias', [hidden], [to]),
    add('3', 'linear_2', 'weight', [hidden, hidden], [to]),
    add('3', 'linear_2', 'bias', [hidden], [to]),
  ];
}

/** Stored as one tensor of three equal blocks, or as three. */
function qkv(name: string, rest: number[], width: number, field: string, keys: KeyLayout): PlannedTensor {
  const canonical = `vision_model.${name}`;
  const shape = [3 * width, ...rest];
  if (keys.style === 'original') return whole(canonical, keys.vision + name, shape, [field]);
  const pieces = ['q_proj', 'k_proj', 'v_proj'].flatMap((part) => {
    const stored = keys.vision + visionKey(name.replace('attn.qkv', `attn.${part}`), keys);
    return whole(canonical, stored, [width, ...rest], [field]).pieces;
  });
  return { name: canonical, shape, pieces, fields: [field] };
}

const renames: readonly (readonly [RegExp, string])[] = [
  [/^embeddings\.class_embedding$/, 'embeddings.cls_token'],
  [/^embeddings\.position_embedding$/, 'embeddings.position_embeddings'],
  [/^embeddings\.patch_embedding\./, 'embeddings.patch_embeddings.projection.'],
  [/^encoder\.layers\./, 'encoder.layer.'],
  [/\.attn\.proj\./, '.attention.projection_layer.'],
  [/\.attn\./, '.attention.'],
  [/\.norm1\./, '.layernorm_before.'],
  [/\.norm2\./, '.layernorm_after.'],
  [/\.ls1$/, '.lambda_1'],
  [/\.ls2$/, '.lambda_2'],
];

function visionKey(name: string, keys: KeyLayout): string {
  if (keys.style === 'original') return name;
  return renames.reduce((key, [pattern, replacement]) => key.replace(pattern, replacement), name);
}
