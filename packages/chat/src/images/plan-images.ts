import { InternVLError } from '@internvl/backend';
import type { ModelConfig } from '@internvl/checkpoint';
import { centreCrop, padToSquare, planTiles, type RgbImage, type TilePlan } from '@internvl/tiling';
import type { ImageTiled } from '../event.js';
import type { TileOptions } from '../options.js';
import { type Decoded, type DecodeFile, decodeImage } from './decode-image.js';
import type { Placeholder } from './placeholders.js';
import { workAhead } from './work-ahead.js';

/** Images that are decoded at a time, where the platform does that in the background. */
const DECODED_AHEAD = 3;

/** A decoded image with its plan. */
export interface PlannedImage {
  readonly image: RgbImage;
  readonly plan: TilePlan;
  readonly frame: boolean;
  readonly tiled: ImageTiled;
}

export interface PlanImagesOptions extends TileOptions {
  readonly decodeFile: DecodeFile | undefined;
  /** Index of the first image in the conversation. */
  readonly firstIndex?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Decodes the images of placeholders and plans their tiles, in order; the next ones are decoded meanwhile.
 *
 * @throws `invalid-option` when `maxTiles` is a list that does not fit the images, and what decoding and planning throw
 */
export async function* planImages(
  wanted: readonly Placeholder[],
  config: ModelConfig,
  { decodeFile, firstIndex = 0, signal, ...options }: PlanImagesOptions,
): AsyncGenerator<{ readonly placeholder: Placeholder; readonly planned: PlannedImage }, void, void> {
  const maxTiles = tileBudgets(wanted, options.maxTiles ?? config.maxTiles);
  const inputs = wanted.flatMap((placeholder) => placeholder.images.map((input) => ({ placeholder, input })));
  const decode = async ({ placeholder, input }: (typeof inputs)[number], ending: AbortSignal) => {
    ending.throwIfAborted();
    return {
      placeholder,
      decoded: await decodeImage(input, decodeFile, { exif: options.exif, signal: ending }),
    };
  };
  let image = 0;
  for await (const { placeholder, decoded } of workAhead(inputs, decode, { most: DECODED_AHEAD, signal })) {
    const limits = placeholder.frame
      ? { minTiles: 1, maxTiles: 1 }
      : limitsOf(options.minTiles ?? config.minTiles, maxTiles[image]!, options.minTiles === undefined);
    const planned = planImage(decoded, config, {
      ...limits,
      thumbnail: options.thumbnail ?? config.thumbnail,
      frame: placeholder.frame,
      index: firstIndex + image,
    });
    image++;
    yield { placeholder, planned };
  }
}

interface PlanImageOptions {
  readonly minTiles: number;
  readonly maxTiles: number;
  readonly thumbnail: boolean;
  readonly frame: boolean;
  readonly index: number;
}

/** Plans one image, prepared as the checkpoint was trained. */
function planImage(
  decoded: Decoded,
  config: ModelConfig,
  { frame, index, ...limits }: PlanImageOptions,
): PlannedImage {
  const { tileSize, dynamicTiles, tokensPerTile } = config;
  const image = prepared(decoded, config);
  const plan = planTiles(image, {
    tileSize,
    dynamicTiles,
    // A vision tower alone has none.
    ...(tokensPerTile > 0 && { tokensPerTile }),
    ...limits,
  });
  const { columns, rows, tiles, boxes, thumbnail } = plan;
  const { width, height, notices = [] } = decoded;
  const tiled = { image: index, width, height, columns, rows, tiles, tileSize, boxes, thumbnail, notices };
  return { image, plan, frame, tiled: { type: 'image-tiled', ...tiled } };
}

/** What is done before tiles are cut; only where there is a single one. */
function prepared(
  image: RgbImage,
  { layout, tileSize, dynamicTiles, padToSquare: pad, mean }: ModelConfig,
): RgbImage {
  if (dynamicTiles) return image;
  if (layout === 'vision-only') return centreCrop(image, tileSize);
  return pad ? padToSquare(image, mean) : image;
}

/** A checkpoint's own minimum gives way to a smaller maximum of the caller; the caller's own does not. */
function limitsOf(minTiles: number, maxTiles: number, yielding: boolean) {
  return { minTiles: yielding ? Math.min(minTiles, maxTiles) : minTiles, maxTiles };
}

/** The budget of each image in order; frames have none of their own in a list. */
function tileBudgets(wanted: readonly Placeholder[], maxTiles: number | readonly number[]): number[] {
  const frames = wanted.flatMap(({ images, frame }) => images.map(() => frame));
  if (typeof maxTiles === 'number') return frames.map(() => maxTiles);
  const images = frames.filter((frame) => !frame).length;
  if (images > 0 && maxTiles.length !== images) {
    throw new InternVLError(
      'invalid-option',
      `Expected maxTiles as one number or one for each of ${images} images, got ${maxTiles.length}; frames of a video need none.`,
      { option: 'maxTiles', images, values: maxTiles.length },
    );
  }
  const left = [...maxTiles];
  return frames.map((frame) => (frame ? 1 : left.shift()!));
}
