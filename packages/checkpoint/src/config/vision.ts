import type { VisionConfig } from '../model-config.js';
import { refuseSetting } from './architectures.js';
import { configInvalid, type Fields } from './fields.js';
import { MAX_LAYERS } from './llm.js';

/**
 * The vision tower of OpenGVLab's code. What the file leaves out takes the values of `InternVisionConfig`, which are those
 * of the 6B tower.
 *
 * Source: `configuration_intern_vit.py` of OpenGVLab/InternVL.
 *
 * @throws `config-invalid`, `architecture-unsupported`
 */
export function readOriginalVision(vision: Fields): VisionConfig {
  refuseOther(vision, 'num_channels', vision.count('num_channels', 3), 3);
  refuseOther(vision, 'hidden_act', vision.text('hidden_act', 'gelu'), 'gelu');
  const norm = vision.choice('norm_type', ['rms_norm', 'layer_norm'], 'rms_norm');
  return checked(vision, {
    imageSize: vision.side('image_size', 224),
    patchSize: vision.side('patch_size', 14),
    width: vision.count('hidden_size', 3200),
    layers: vision.count('num_hidden_layers', 48, MAX_LAYERS),
    heads: vision.count('num_attention_heads', 25),
    mlpWidth: vision.count('intermediate_size', 12800),
    norm: norm === 'rms_norm' ? 'rms' : 'layer',
    eps: vision.positive('layer_norm_eps', 1e-6),
    qkvBias: vision.flag('qkv_bias', false),
    qkNorm: vision.flag('qk_normalization', true),
  });
}

/**
 * The vision tower of transformers. What the file leaves out takes the values of `InternVLVisionConfig`, which are those
 * of the 300M tower.
 *
 * Source: `models/internvl/configuration_internvl.py` of transformers.
 *
 * @throws `config-invalid`, `architecture-unsupported`
 */
export function readNativeVision(vision: Fields): VisionConfig {
  refuseOther(vision, 'num_channels', vision.count('num_channels', 3), 3);
  refuseOther(vision, 'hidden_act', vision.text('hidden_act', 'gelu'), 'gelu');
  refuseOther(vision, 'use_mean_pooling', vision.flag('use_mean_pooling', true), true);
  const positions = vision.flag('use_absolute_position_embeddings', true);
  refuseOther(vision, 'use_absolute_position_embeddings', positions, true);
  const norm = vision.choice('norm_type', ['layer_norm', 'rms_norm'], 'layer_norm');
  return checked(vision, {
    imageSize: vision.side('image_size', 448),
    patchSize: vision.side('patch_size', 14),
    width: vision.count('hidden_size', 1024),
    layers: vision.count('num_hidden_layers', 24, MAX_LAYERS),
    heads: vision.count('num_attention_heads', 16),
    mlpWidth: vision.count('intermediate_size', 4096),
    norm: norm === 'rms_norm' ? 'rms' : 'layer',
    eps: vision.positive('layer_norm_eps', 1e-6),
    qkvBias: vision.flag('attention_bias', false),
    qkNorm: vision.flag('use_qk_norm', false),
  });
}

function checked(vision: Fields, config: Omit<VisionConfig, 'tableSide'>): VisionConfig {
  if (config.width % config.heads !== 0) {
    throw configInvalid(
      vision.fieldPath('hidden_size'),
      `a multiple of num_attention_heads (${config.heads})`,
      config.width,
    );
  }
  if (config.imageSize < config.patchSize) {
    throw configInvalid(
      vision.fieldPath('image_size'),
      `at least one patch (${config.patchSize} pixels)`,
      config.imageSize,
    );
  }
  return { ...config, tableSide: Math.floor(config.imageSize / config.patchSize) };
}

function refuseOther<T extends string | number | boolean>(
  vision: Fields,
  name: string,
  value: T,
  supported: T,
): void {
  if (value !== supported) throw refuseSetting(vision.fieldPath(name), value, JSON.stringify(supported));
}
