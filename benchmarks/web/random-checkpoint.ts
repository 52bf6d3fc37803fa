import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tensorShapes } from '../full-size/shape.js';
import { writeRandomWeights } from '../full-size/write-checkpoint.js';

const tiny = fileURLToPath(new URL('../../fixtures/checkpoints/v2-1b/', import.meta.url));

/** InternVL2-1B's widths, six layers of each side, tiles of 224 pixels, and the vocabulary of a test checkpoint. */
export const shape = {
  vision: { width: 1024, layers: 6, heads: 16, mlpWidth: 4096, imageSize: 224, patchSize: 14 },
  llm: { hidden: 896, layers: 6, heads: 14, kvHeads: 2, headSize: 64, mlpWidth: 4864, vocabulary: 912 },
} as const;

/** Writes such a checkpoint with random weights: 168 million parameters. */
export async function writeRandomCheckpoint(folder: string): Promise<void> {
  const { vision, llm } = shape;
  await mkdir(folder, { recursive: true });
  for (const name of [
    'added_tokens.json',
    'merges.txt',
    'special_tokens_map.json',
    'tokenizer_config.json',
    'vocab.json',
  ]) {
    await copyFile(join(tiny, name), join(folder, name));
  }
  const config = JSON.parse(await readFile(join(tiny, 'config.json'), 'utf8'));
  Object.assign(config, { force_image_size: vision.imageSize });
  Object.assign(config.llm_config, {
    hidden_size: llm.hidden,
    intermediate_size: llm.mlpWidth,
    num_attention_heads: llm.heads,
    num_hidden_layers: llm.layers,
    num_key_value_heads: llm.kvHeads,
  });
  Object.assign(config.vision_config, {
    hidden_size: vision.width,
    image_size: vision.imageSize,
    intermediate_size: vision.mlpWidth,
    num_attention_heads: vision.heads,
    num_hidden_layers: vision.layers,
    patch_size: vision.patchSize,
  });
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  await writeRandomWeights(folder, tensorShapes(shape), {
    dtype: 'BF16',
    shardBytes: Number.POSITIVE_INFINITY,
  });
}
