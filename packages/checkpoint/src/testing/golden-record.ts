import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { centreCrop, pixelValues, planTiles, resize, tiles } from '@internvl/tiling';
import { decodeImage } from '@internvl/tiling/node';
import type { ModelConfig } from '../model-config.js';
import type { ImageSize } from '../onnx/vision-size.js';
import { Safetensors } from '../safetensors/safetensors.js';
import type { CheckpointFiles } from '../source/checkpoint.js';
import { fileSource } from '../source/file-source.js';

/** What the reference did in one run; `fixtures/checkpoints/README.md` explains the fields. */
export interface GoldenRecord {
  readonly how: 'chat' | 'batch_chat' | 'native' | 'vision';
  readonly images: readonly {
    readonly file: string;
    readonly min?: number;
    readonly max?: number;
    readonly tiles?: number;
  }[];
  readonly max_patches?: number;
  readonly video?: boolean;
  readonly preprocessing?: string;
  /** A second run on torchvision's pixels, native only. */
  readonly torchvision_backend?: object;
  readonly prompt_ids: readonly number[];
  readonly ids: readonly number[];
  readonly num_patches_list?: readonly number[];
  readonly generation?: { readonly repetition_penalty?: number };
  readonly rows?: readonly { readonly prompt_ids: readonly number[]; readonly ids: readonly number[] }[];
}

export interface GoldenRun {
  readonly record: GoldenRecord;
  readonly tensors: Safetensors;
}

/** Names of a checkpoint's runs. */
export function runNames(folder: string): string[] {
  return readdirSync(join(folder, 'golden'))
    .filter((file) => file.endsWith('.safetensors'))
    .map((file) => file.slice(0, -'.safetensors'.length));
}

/** Opens a run's record; close `tensors`. */
export async function openRun(folder: string, run: string): Promise<GoldenRun> {
  const path = join(folder, 'golden', run);
  return {
    record: JSON.parse(await readFile(`${path}.json`, 'utf8')),
    tensors: await Safetensors.open([await fileSource(`${path}.safetensors`, `${run}.safetensors`)]),
  };
}

/** Pixel values of all images of a run: `[tiles, 3, height, width]`. */
export async function runPixels(
  folder: string,
  { images, max_patches, preprocessing }: GoldenRecord,
  config: ModelConfig,
): Promise<{ values: Float32Array; tiles: number; size: ImageSize }> {
  const all: { width: number; height: number; data: Uint8Array }[] = [];
  for (const { file, min, max, tiles: count } of images) {
    const image = await decodeImage(join(folder, '..', 'images', file));
    const asked = /resize to (\d+)x(\d+)/.exec(preprocessing ?? '');
    if (asked) all.push(resize(image, { width: Number(asked[1]), height: Number(asked[2]) }));
    else if (preprocessing) all.push(centreCrop(image, config.tileSize));
    else {
      const minTiles = min ?? config.minTiles;
      const maxTiles = max ?? max_patches ?? config.maxTiles;
      const plan = planTiles(image, { ...config, minTiles, maxTiles });
      if (count !== undefined && plan.tiles !== count) throw new Error(`${file}: ${plan.tiles} tiles`);
      for await (const tile of tiles(image, plan)) all.push(tile);
    }
  }
  const { width = config.tileSize, height = config.tileSize } = all[0] ?? {};
  const values = pixelValues(all, { mean: config.mean, std: config.std });
  return { values, tiles: all.length, size: { width, height } };
}

/** Id of the token that stands for one visual token. */
export async function slotId(files: CheckpointFiles, config: ModelConfig): Promise<number> {
  if (config.imageTokenId !== undefined) return config.imageTokenId;
  const text = await files.readText('tokenizer_config.json');
  const { added_tokens_decoder: tokens = {} } = JSON.parse(text);
  for (const [id, token] of Object.entries(tokens)) {
    if (typeof token === 'object' && token && 'content' in token && token.content === '<IMG_CONTEXT>')
      return Number(id);
  }
  throw new Error('no <IMG_CONTEXT>');
}
