import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fixtures } from '../testing/checkpoints.js';
import { errorOf } from '../testing/error-of.js';
import { knownArchitectures } from './architectures.js';
import { readConfig } from './read-config.js';

const json = (name: string, file: string): unknown =>
  JSON.parse(readFileSync(join(fixtures, name, file), 'utf8'));
const readFixture = (name: string) =>
  readConfig({ config: json(name, 'config.json'), preprocessor: json(name, 'preprocessor_config.json') });

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

test('InternVL-Chat-V1-5: InternLM2 behind the 6B tower', () => {
  expect(readFixture('chat-v1-5')).toEqual({
    architecture: 'InternLM2ForCausalLM',
    layout: 'original',
    vision: {
      imageSize: 56,
      patchSize: 14,
      width: 60,
      layers: 3,
      heads: 5,
      mlpWidth: 120,
      norm: 'rms',
      eps: 1e-6,
      qkvBias: false,
      qkNorm: true,
      tableSide: 4,
    },
    tileSize: 56,
    downsampleRatio: 0.5,
    pixelShuffle: 'v2',
    selectLayer: -1,
    tokensPerTile: 4,
    dynamicTiles: true,
    minTiles: 1,
    maxTiles: 12,
    thumbnail: true,
    padToSquare: false,
    ...imagenet,
    llm: {
      family: 'internlm2',
      hidden: 72,
      layers: 3,
      heads: 6,
      kvHeads: 2,
      headSize: 12,
      mlpWidth: 144,
      vocabulary: 909,
      eps: 1e-5,
      maxPositions: 32768,
      rope: { type: 'dynamic', theta: 1e6, factor: 3, maxPositions: 32768 },
      qkvBias: false,
      qkNorm: false,
      tiedEmbeddings: false,
    },
    template: 'internlm2-chat',
  });
});

test('InternVL3 in the layout of transformers', () => {
  expect(readFixture('hf-qwen2')).toMatchObject({
    architecture: 'Qwen2ForCausalLM',
    layout: 'native',
    vision: { imageSize: 112, patchSize: 14, norm: 'layer', qkvBias: true, qkNorm: false, tableSide: 8 },
    tileSize: 112,
    tokensPerTile: 16,
    pixelShuffle: 'v2',
    dynamicTiles: true,
    minTiles: 1,
    maxTiles: 12,
    thumbnail: true,
    ...imagenet,
    llm: { family: 'qwen2', rope: { type: 'default', theta: 1e6 }, qkvBias: true, headSize: 16 },
    chatTemplate: true,
    imageTokenId: 924,
  });
});

test('a vision tower alone has no language model and no visual tokens', () => {
  const config = readFixture('vit-6b');
  expect(config).toMatchObject({
    architecture: 'InternVisionModel',
    layout: 'vision-only',
    vision: { imageSize: 448, norm: 'rms', qkNorm: true, tableSide: 32 },
    tileSize: 448,
    tokensPerTile: 0,
    dynamicTiles: false,
    ...imagenet,
  });
  expect(config.llm).toBeUndefined();
});

test.each([
  [
    'mini-4b',
    { family: 'phi3', eps: 1e-5, rope: { type: 'longrope', kind: 'su', originalMaxPositions: 96 } },
  ],
  ['v2-1b', { family: 'qwen2', qkvBias: true, eps: 1e-6 }],
  ['v2-40b', { family: 'llama', qkvBias: false, rope: { type: 'default', theta: 5e6 } }],
  ['v2-76b', { family: 'llama', kvHeads: 1, maxPositions: 8192 }],
  ['v3-5', { family: 'qwen3', headSize: 24, heads: 4, qkNorm: true, qkvBias: false }],
  ['v3-5-tied', { tiedEmbeddings: true, headSize: 40 }],
  ['v3-5-moe', { family: 'qwen3-moe', experts: { count: 8, perToken: 2, mlpWidth: 32, normalise: true } }],
  ['hf-llama', { family: 'llama', rope: { type: 'default', theta: 1e6 } }],
])('%s', (name, llm) => {
  expect(readFixture(name).llm).toMatchObject(llm);
});

test('the first generation: no tiling, an inner layer, the transposed shuffle', () => {
  expect(readFixture('v1-2')).toMatchObject({
    dynamicTiles: false,
    thumbnail: false,
    pixelShuffle: 'v1',
    selectLayer: -4,
    template: 'Hermes-2',
  });
});

test('a system message of its own, a tower made for another size', () => {
  expect(readFixture('v2-5-system')).toMatchObject({
    systemMessage: 'You answer briefly. 请简短回答。',
    tileSize: 56,
    tokensPerTile: 4,
    vision: { imageSize: 84, tableSide: 6 },
  });
});

describe('what files leave out has the value of the reference class', () => {
  test('InternVLChatConfig and InternVisionConfig', () => {
    const llm_config = { architectures: ['LlamaForCausalLM'] };
    expect(readConfig({ config: { architectures: ['InternVLChatModel'], llm_config } })).toEqual({
      architecture: 'LlamaForCausalLM',
      layout: 'original',
      vision: {
        imageSize: 224,
        patchSize: 14,
        width: 3200,
        layers: 48,
        heads: 25,
        mlpWidth: 12800,
        norm: 'rms',
        eps: 1e-6,
        qkvBias: false,
        qkNorm: true,
        tableSide: 16,
      },
      tileSize: 224,
      downsampleRatio: 0.5,
      pixelShuffle: 'v1',
      selectLayer: -1,
      tokensPerTile: 64,
      dynamicTiles: false,
      minTiles: 1,
      maxTiles: 6,
      thumbnail: false,
      padToSquare: false,
      ...imagenet,
      llm: {
        family: 'llama',
        hidden: 4096,
        layers: 32,
        heads: 32,
        kvHeads: 32,
        headSize: 128,
        mlpWidth: 11008,
        vocabulary: 32000,
        eps: 1e-6,
        maxPositions: 2048,
        rope: { type: 'default', theta: 10000 },
        qkvBias: false,
        qkNorm: false,
        tiedEmbeddings: false,
      },
    });
  });

  test('InternVLConfig and InternVLVisionConfig of transformers, with a Qwen2', () => {
    const preprocessor = {
      size: { height: 448, width: 448 },
      image_mean: [0.5, 0.5, 0.5],
      image_std: [0.5, 0.5, 0.5],
    };
    const config = { architectures: ['InternVLForConditionalGeneration'], model_type: 'internvl' };
    expect(readConfig({ config, preprocessor })).toMatchObject({
      architecture: 'Qwen2ForCausalLM',
      vision: {
        imageSize: 448,
        width: 1024,
        layers: 24,
        heads: 16,
        mlpWidth: 4096,
        norm: 'layer',
        qkvBias: false,
      },
      tokensPerTile: 256,
      imageTokenId: 151667,
      mean: [0.5, 0.5, 0.5],
      llm: { hidden: 4096, mlpWidth: 22016, vocabulary: 151936, kvHeads: 32, maxPositions: 32768 },
    });
    expect(readConfig({ config, processor: { image_processor: preprocessor } }).tileSize).toBe(448);
  });

  test.each([
    ['qwen3', { headSize: 128, qkNorm: true }],
    ['qwen3_moe', { hidden: 2048, headSize: 64, experts: { count: 128, perToken: 8, normalise: false } }],
    ['phi3', { hidden: 3072, vocabulary: 32064, eps: 1e-5, headSize: 96 }],
  ])('%s by model_type alone', (model_type, llm) => {
    const config = { model_type: 'internvl_chat', llm_config: { model_type } };
    expect(readConfig({ config }).llm).toMatchObject(llm);
  });

  test('null is nothing', () => {
    const llm_config = { architectures: ['LlamaForCausalLM'], rope_scaling: null, num_key_value_heads: null };
    const config = {
      architectures: ['InternVLChatModel'],
      llm_config,
      force_image_size: null,
      template: null,
    };
    expect(readConfig({ config })).toMatchObject({ tileSize: 224, llm: { kvHeads: 32 } });
  });
});

describe('what is refused', () => {
  const original = (llm: object, rest: object = {}) => ({
    config: {
      architectures: ['InternVLChatModel'],
      llm_config: { architectures: ['LlamaForCausalLM'], ...llm },
      ...rest,
    },
  });
  const preprocessor = json('hf-qwen2', 'preprocessor_config.json');
  const native = (rest: object, processing: unknown = preprocessor) => ({
    config: { architectures: ['InternVLForConditionalGeneration'], ...rest },
    preprocessor: processing,
  });

  test.each([
    ['a whole model', { config: { architectures: ['LlavaForConditionalGeneration'] } }, 'InternVLChatModel'],
    ['a language model', original({ architectures: ['MambaForCausalLM'] }), 'Qwen3MoeForCausalLM'],
    ['a native language model', native({ text_config: { model_type: 'mamba' } }), 'InternLM2ForCausalLM'],
  ])('an unknown architecture, with the known ones: %s', async (_, files, known) => {
    const error = await errorOf(() => readConfig(files));
    expect(error.code).toBe('architecture-unknown');
    expect(error.message).toContain(known);
  });

  test('lists what is known', () => {
    expect(knownArchitectures.models).toContain('InternVLForConditionalGeneration');
    expect(knownArchitectures.languageModels).toHaveLength(6);
  });

  test.each([
    ['gpt-oss', original({ architectures: ['GptOssForCausalLM'] })],
    ['InternLM3', original({ architectures: ['InternLM3ForCausalLM'] })],
    ['Gemma 2', original({ architectures: ['Gemma2ForCausalLM'] })],
    ['gpt-oss, native', native({ text_config: { model_type: 'gpt_oss' } })],
    ['the contrastive model', { config: { architectures: ['InternVLModel'], model_type: 'internvl' } }],
    ['biases everywhere', original({ attention_bias: true })],
    ['InternLM2 whose class default of bias applies', original({ architectures: ['InternLM2ForCausalLM'] })],
    ['another activation', original({ hidden_act: 'gelu' })],
    ['sliding windows', original({ architectures: ['Qwen2ForCausalLM'], use_sliding_window: true })],
    ['sliding layers', original({ layer_types: ['full_attention', 'sliding_attention'] })],
    [
      'dense layers between experts',
      original({ architectures: ['Qwen3MoeForCausalLM'], mlp_only_layers: [0] }),
    ],
    ['partial rotation', original({ partial_rotary_factor: 0.5 })],
    ['rotary settings of YaRN', original({ rope_scaling: { type: 'yarn', factor: 4 } })],
    ['rotary settings nobody knows', original({ rope_scaling: { rope_type: 'spiral' } })],
    ['other positions', original({ rope_pos_id_version: 'v2pe_fix' })],
    ['quantised weights', original({}, { quantization_config: { quant_method: 'awq' } })],
    ['the class token among visual tokens', native({ vision_feature_select_strategy: 'full' })],
    ['several layers at once', native({ vision_feature_layer: [-1, -2] })],
    ['a tower with a final norm', native({ vision_config: { use_mean_pooling: false } })],
    ['grey images', original({}, { vision_config: { num_channels: 1 } })],
  ])('known and unsupported: %s', async (_, files) => {
    expect((await errorOf(() => readConfig(files))).code).toBe('architecture-unsupported');
  });

  test.each<[string, Parameters<typeof readConfig>[0], string]>([
    ['no object', { config: [] }, 'config.json'],
    ['nothing in it', { config: {} }, 'config.json: architectures'],
    ['architectures of a wrong kind', { config: { architectures: 'x' } }, 'config.json: architectures'],
    ['no language model', { config: { architectures: ['InternVLChatModel'] } }, 'config.json: llm_config'],
    [
      'a language model without a name',
      original({ architectures: null }),
      'config.json: llm_config.architectures',
    ],
    ['a size in words', original({ hidden_size: 'many' }), 'config.json: llm_config.hidden_size'],
    ['a size of nought', original({ num_hidden_layers: 0 }), 'config.json: llm_config.num_hidden_layers'],
    ['endless layers', original({ num_hidden_layers: 1e9 }), 'config.json: llm_config.num_hidden_layers'],
    [
      'heads that do not divide',
      original({ num_key_value_heads: 5 }),
      'config.json: llm_config.num_key_value_heads',
    ],
    ['a head size that is odd', original({ head_dim: 7 }), 'config.json: llm_config.head_dim'],
    ['an eps of nought', original({ rms_norm_eps: 0 }), 'config.json: llm_config.rms_norm_eps'],
    ['a flag in words', original({ attention_bias: 'no' }), 'config.json: llm_config.attention_bias'],
    [
      'a factor below one',
      original({ rope_scaling: { type: 'linear', factor: 0.5 } }),
      'config.json: llm_config.rope_scaling.factor',
    ],
    ['another shuffle', original({}, { ps_version: 'v3' }), 'config.json: ps_version'],
    ['a layer that is not there', original({}, { select_layer: -50 }), 'config.json: select_layer'],
    ['tiles of half a patch', original({}, { force_image_size: 100 }), 'config.json: force_image_size'],
    ['an odd number of patches', original({}, { force_image_size: 42 }), 'config.json: downsample_ratio'],
    [
      'more tiles at least than at most',
      original({}, { min_dynamic_patch: 9 }),
      'config.json: max_dynamic_patch',
    ],
    [
      'an oblong tower',
      native({ vision_config: { image_size: [448, 224] } }),
      'config.json: vision_config.image_size',
    ],
    ['another count of visual tokens', native({ image_seq_length: 256 }), 'config.json: image_seq_length'],
    ['no size of tiles', native({}, { image_mean: [0, 0, 0] }), 'preprocessor_config.json: size'],
    [
      'an std of nought',
      native({}, { size: { height: 448, width: 448 }, image_mean: [0, 0, 0], image_std: [0, 1, 1] }),
      'preprocessor_config.json: image_std',
    ],
  ])('a damaged field: %s', async (_, files, field) => {
    const error = await errorOf(() => readConfig(files));
    expect(error.code).toBe('config-invalid');
    expect(error.facts.field).toBe(field);
    expect(error.message).toContain(field);
  });

  test('a native checkpoint whose tile size nobody states', async () => {
    const config = { architectures: ['InternVLForConditionalGeneration'] };
    expect((await errorOf(() => readConfig({ config }))).code).toBe('file-missing');
  });
});
