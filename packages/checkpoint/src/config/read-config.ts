import type { ModelConfig, VisionConfig } from '../model-config.js';
import { architectureOf, knownArchitectures, refuseArchitecture, refuseSetting } from './architectures.js';
import { configInvalid, Fields } from './fields.js';
import { readLlm } from './llm.js';
import { readNativeProcessor, readNormalisation } from './preprocessor.js';
import { readNativeVision, readOriginalVision } from './vision.js';

/** The JSON files of a checkpoint, parsed. */
export interface ConfigFiles {
  /** `config.json` */
  readonly config: unknown;
  /** `preprocessor_config.json`, where there is one. */
  readonly preprocessor?: unknown;
  /** `processor_config.json`, where there is one. */
  readonly processor?: unknown;
}

/**
 * One description for every generation of the family: OpenGVLab's own layout (`InternVLChatModel`), transformers'
 * (`InternVLForConditionalGeneration`) and a vision tower alone (`InternVisionModel`).
 *
 * `llm.tiedEmbeddings` is what the file says; `openCheckpoint` corrects it by looking whether the head is stored.
 *
 * @throws `config-invalid` (field, expectation, found), `architecture-unknown` with the list of known ones,
 * `architecture-unsupported`, `file-missing` when a native checkpoint has no image processor settings
 */
export function readConfig(files: ConfigFiles): ModelConfig {
  const config = new Fields(files.config, 'config.json');
  refuseQuantised(config);
  const architecture = config.architecture() ?? '';
  const modelType = config.text('model_type', '');
  if (architecture === 'InternVLChatModel' || (architecture === '' && modelType === 'internvl_chat')) {
    return readOriginal(config, files);
  }
  if (
    architecture === 'InternVLForConditionalGeneration' ||
    (architecture === '' && modelType === 'internvl')
  ) {
    return readNative(config, files);
  }
  if (architecture === 'InternVisionModel' || (architecture === '' && modelType === 'intern_vit_6b')) {
    return readVisionOnly(config, files, architecture);
  }
  if (architecture === '' && modelType === '') {
    throw configInvalid(
      'config.json: architectures',
      `one of ${knownArchitectures.models.join(', ')}`,
      undefined,
    );
  }
  throw refuseArchitecture(
    architecture === '' ? modelType : architecture,
    'config.json: architectures',
    knownArchitectures.models,
  );
}

function readOriginal(config: Fields, files: ConfigFiles): ModelConfig {
  const llmFields = config.object('llm_config');
  refuseQuantised(llmFields);
  const modelType = llmFields.text('model_type', '');
  const architecture = llmFields.architecture() ?? architectureOf(modelType);
  if (architecture === '') {
    throw configInvalid(
      llmFields.fieldPath('architectures'),
      `one of ${knownArchitectures.languageModels.join(', ')}`,
      undefined,
    );
  }
  const llm = readLlm(llmFields, architecture);
  const vision = readOriginalVision(config.object('vision_config', {}));
  const tileSize = config.count('force_image_size', vision.imageSize);
  const downsampleRatio = config.positive('downsample_ratio', 0.5);
  const minTiles = config.count('min_dynamic_patch', 1);
  const maxTiles = config.count('max_dynamic_patch', 6);
  if (maxTiles < minTiles) {
    throw configInvalid(
      config.fieldPath('max_dynamic_patch'),
      `at least min_dynamic_patch (${minTiles})`,
      maxTiles,
    );
  }
  const template = config.text('template', '');
  const systemMessage = config.has('system_message') ? config.text('system_message') : undefined;
  return {
    architecture,
    layout: 'original',
    vision,
    tileSize,
    downsampleRatio,
    pixelShuffle: config.choice('ps_version', ['v1', 'v2'], 'v1'),
    selectLayer: layerIndex(config, 'select_layer', vision),
    tokensPerTile: tokensOf(config, 'force_image_size', tileSize, vision, downsampleRatio),
    dynamicTiles: config.flag('dynamic_image_size', false),
    minTiles,
    maxTiles,
    thumbnail: config.flag('use_thumbnail', false),
    padToSquare: config.flag('pad2square', false),
    ...readNormalisation(files.preprocessor),
    llm,
    ...(template === '' ? {} : { template }),
    ...(systemMessage === undefined ? {} : { systemMessage }),
  };
}

function readNative(config: Fields, files: ConfigFiles): ModelConfig {
  const text = config.object('text_config', {});
  const architecture = architectureOf(text.text('model_type', 'qwen2'));
  const llm = readLlm(text, architecture);
  const vision = readNativeVision(config.object('vision_config', {}));
  const activation = config.text('projector_hidden_act', 'gelu');
  if (activation !== 'gelu')
    throw refuseSetting(config.fieldPath('projector_hidden_act'), activation, '"gelu"');
  const strategy = config.text('vision_feature_select_strategy', 'default');
  if (strategy !== 'default') {
    throw refuseSetting(config.fieldPath('vision_feature_select_strategy'), strategy, '"default"');
  }
  if (Array.isArray(config.get('vision_feature_layer'))) {
    throw refuseSetting(
      config.fieldPath('vision_feature_layer'),
      config.get('vision_feature_layer'),
      'one layer',
    );
  }
  const processor = readNativeProcessor(files.preprocessor, files.processor);
  const downsampleRatio = config.positive('downsample_ratio', 0.5);
  const tokensPerTile = tokensOf(config, 'downsample_ratio', processor.tileSize, vision, downsampleRatio);
  const stated = config.count('image_seq_length', tokensPerTile);
  if (stated !== tokensPerTile) {
    throw configInvalid(
      config.fieldPath('image_seq_length'),
      `${tokensPerTile}, which follows from tiles of ${processor.tileSize} pixels`,
      stated,
    );
  }
  const tokenField = config.has('image_token_id') ? 'image_token_id' : 'image_token_index';
  return {
    architecture,
    layout: 'native',
    vision,
    downsampleRatio,
    pixelShuffle: 'v2',
    selectLayer: layerIndex(config, 'vision_feature_layer', vision),
    tokensPerTile,
    dynamicTiles: true,
    thumbnail: true,
    padToSquare: false,
    ...processor,
    llm,
    chatTemplate: true,
    imageTokenId: config.count(tokenField, 151667),
  };
}

function readVisionOnly(config: Fields, files: ConfigFiles, architecture: string): ModelConfig {
  const vision = readOriginalVision(config);
  return {
    architecture: architecture === '' ? 'InternVisionModel' : architecture,
    layout: 'vision-only',
    vision,
    tileSize: vision.imageSize,
    downsampleRatio: 0.5,
    pixelShuffle: 'v2',
    selectLayer: -1,
    tokensPerTile: 0,
    dynamicTiles: false,
    minTiles: 1,
    maxTiles: 1,
    thumbnail: false,
    padToSquare: false,
    ...readNormalisation(files.preprocessor),
  };
}

function refuseQuantised(config: Fields): void {
  if (!config.has('quantization_config')) return;
  const { path } = config.object('quantization_config');
  throw refuseSetting(path, config.get('quantization_config'), 'the checkpoint that is not quantised');
}

function layerIndex(config: Fields, name: string, vision: VisionConfig): number {
  const index = config.integer(name, -1);
  if (index < -vision.layers - 1 || index > vision.layers) {
    throw configInvalid(
      config.fieldPath(name),
      `an index into ${vision.layers + 1} hidden states, from ${-vision.layers - 1} to ${vision.layers}`,
      index,
    );
  }
  return index;
}

function tokensOf(
  config: Fields,
  field: string,
  tileSize: number,
  vision: VisionConfig,
  downsampleRatio: number,
): number {
  if (tileSize % vision.patchSize !== 0) {
    throw configInvalid(
      config.fieldPath(field),
      `such that tiles are whole patches of ${vision.patchSize} pixels`,
      tileSize,
    );
  }
  const side = (tileSize / vision.patchSize) * downsampleRatio;
  if (!Number.isInteger(side) || !Number.isInteger(1 / downsampleRatio)) {
    throw configInvalid(
      config.fieldPath('downsample_ratio'),
      `1/n such that n divides the ${tileSize / vision.patchSize} patches of a side`,
      downsampleRatio,
    );
  }
  return side * side;
}
