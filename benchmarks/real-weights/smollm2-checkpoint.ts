import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { safetensorsPieces, type WritableTensor } from '@internvl/checkpoint';
import { type ModelShape, tensorShapes } from '../full-size/shape.js';
import { dequantise } from '../rivals/gguf/dequantise.js';
import { neighbouringRow } from '../rivals/gguf/language-model-gguf.js';
import { type OpenGguf, openGguf } from './open-gguf.js';
import { rebuildTokenizer } from './tokenizer-files.js';

const vision = { width: 64, layers: 2, heads: 4, mlpWidth: 128, imageSize: 112, patchSize: 14 };

/** Writes a GGUF file of SmolLM2 as a checkpoint folder in InternVL's layout, with a random vision tower. */
export async function writeSmolLM2Checkpoint(folder: string, file: string): Promise<void> {
  const gguf = await openGguf(file);
  try {
    const { files, vocabulary } = rebuildTokenizer(gguf);
    const tensors = {
      ...visionTensors(gguf.number('llama.embedding_length')),
      ...(await llmTensors(gguf, vocabulary)),
    };
    await mkdir(folder, { recursive: true });
    for (const [name, content] of Object.entries({ ...files, ...configFiles(gguf, vocabulary) })) {
      await writeFile(join(folder, name), JSON.stringify(content, null, 2));
    }
    const output = await open(join(folder, 'model.safetensors'), 'w');
    try {
      for (const piece of safetensorsPieces(tensors, { format: 'pt' })) await output.write(piece);
    } finally {
      await output.close();
    }
  } finally {
    await gguf.close();
  }
}

/** Tensors of the language model by their names in the checkpoint, nothing rounded that the GGUF file has not rounded. */
async function llmTensors(gguf: OpenGguf, vocabulary: number): Promise<Record<string, WritableTensor>> {
  const headSize = gguf.number('llama.embedding_length') / gguf.number('llama.attention.head_count');
  const tensors: Record<string, WritableTensor> = {};
  for (const { name, shape, type } of gguf.tensors.values()) {
    const data = dequantise(type, await gguf.read(name));
    const key = `language_model.model.${checkpointName(name)}`;
    const [rows = 0, columns = 1] = shape;
    if (name === 'token_embd.weight') {
      // Rows of the tokens that were added are zero: the model never says them.
      const table = new Float32Array(vocabulary * columns);
      table.set(data);
      tensors[key] = { dims: [vocabulary, columns], data: table };
    } else if (/attn_[qk]\.weight$/.test(name)) {
      const turned = new Float32Array(data.length);
      for (let row = 0; row < rows; row++) {
        const from = neighbouringRow(row, headSize) * columns;
        turned.set(data.subarray(from, from + columns), row * columns);
      }
      tensors[key] = { dims: shape, data: turned };
    } else tensors[key] = { dims: shape, data };
  }
  return tensors;
}

const parts: Readonly<Record<string, string>> = {
  attn_norm: 'input_layernorm',
  attn_q: 'self_attn.q_proj',
  attn_k: 'self_attn.k_proj',
  attn_v: 'self_attn.v_proj',
  attn_output: 'self_attn.o_proj',
  ffn_norm: 'post_attention_layernorm',
  ffn_gate: 'mlp.gate_proj',
  ffn_up: 'mlp.up_proj',
  ffn_down: 'mlp.down_proj',
};

function checkpointName(name: string): string {
  if (name === 'token_embd.weight') return 'embed_tokens.weight';
  if (name === 'output_norm.weight') return 'norm.weight';
  const [, layer, part = ''] = /^blk\.(\d+)\.(\w+)\.weight$/.exec(name) ?? [];
  const own = parts[part];
  if (layer === undefined || own === undefined) throw new Error(`no place for ${name} in the checkpoint`);
  return `layers.${layer}.${own}.weight`;
}

/** Noise of a seeded generator, small enough that what images become stays in the range of embeddings. */
function visionTensors(hidden: number): Record<string, WritableTensor> {
  const llm = { hidden, layers: 0, heads: 1, kvHeads: 1, headSize: 1, mlpWidth: 1, vocabulary: 1 };
  const shape: ModelShape = { vision, llm };
  let state = 7;
  const noise = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32 - 0.5) * 0.04;
  };
  return Object.fromEntries(
    tensorShapes(shape)
      .filter(({ name }) => !name.startsWith('language_model.'))
      .map(({ name, shape: dims, fill }) => {
        const data = new Float32Array(dims.reduce((product, size) => product * size, 1));
        if (fill === 'noise') for (let at = 0; at < data.length; at++) data[at] = noise();
        else data.fill(fill === 'ones' ? 1 : 0.1);
        return [name, { dims, data }];
      }),
  );
}

function configFiles(gguf: OpenGguf, vocabulary: number): Record<string, object> {
  const number = (key: string) => gguf.number(`llama.${key}`);
  const [system = ''] = /(?<=<\|im_start\|>system\n)[^<]+/.exec(gguf.text('tokenizer.chat_template')) ?? [];
  const stop = gguf.number('tokenizer.ggml.eos_token_id');
  return {
    'config.json': {
      architectures: ['InternVLChatModel'],
      model_type: 'internvl_chat',
      downsample_ratio: 0.5,
      dynamic_image_size: true,
      force_image_size: vision.imageSize,
      llm_config: {
        architectures: ['LlamaForCausalLM'],
        model_type: 'llama',
        attention_bias: false,
        hidden_act: 'silu',
        hidden_size: number('embedding_length'),
        intermediate_size: number('feed_forward_length'),
        max_position_embeddings: number('context_length'),
        num_attention_heads: number('attention.head_count'),
        num_hidden_layers: number('block_count'),
        num_key_value_heads: number('attention.head_count_kv'),
        rms_norm_eps: Number(number('attention.layer_norm_rms_epsilon').toPrecision(6)),
        rope_theta: number('rope.freq_base'),
        tie_word_embeddings: true,
        vocab_size: vocabulary,
        eos_token_id: stop,
      },
      max_dynamic_patch: 6,
      min_dynamic_patch: 1,
      pad2square: false,
      ps_version: 'v2',
      select_layer: -1,
      system_message: system,
      template: 'internvl2_5',
      tie_word_embeddings: true,
      torch_dtype: 'float32',
      use_thumbnail: true,
      vision_config: {
        architectures: ['InternVisionModel'],
        model_type: 'intern_vit_6b',
        hidden_act: 'gelu',
        hidden_size: vision.width,
        image_size: vision.imageSize,
        intermediate_size: vision.mlpWidth,
        layer_norm_eps: 1e-6,
        norm_type: 'layer_norm',
        num_attention_heads: vision.heads,
        num_channels: 3,
        num_hidden_layers: vision.layers,
        patch_size: vision.patchSize,
        qk_normalization: false,
        qkv_bias: true,
      },
    },
    'generation_config.json': { eos_token_id: stop },
    'preprocessor_config.json': {
      crop_size: vision.imageSize,
      image_mean: [0.485, 0.456, 0.406],
      image_std: [0.229, 0.224, 0.225],
      size: vision.imageSize,
    },
  };
}
