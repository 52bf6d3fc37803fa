import { TilingError } from './error.js';
import { channelsOf, type RgbImage } from './image.js';
import { createKernel, type Kernel } from './kernel.js';
import { boxOf, type PlanOptions, planTiles, type TileBox, type TilePlan } from './plan.js';
import { type PassOrder, resample } from './resample.js';
import { turn } from './turn.js';

/** One square crop of the resized image, or the thumbnail; `data` is RGB `[size, size, 3]`. */
export interface Tile extends RgbImage {
  readonly index: number;
  /** Whether this is the whole image in one tile, the last of several. */
  readonly thumbnail: boolean;
  readonly box: TileBox;
  /** Side in pixels; `width` and `height` equal it. */
  readonly size: number;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** How far the cutting of an image is, in tiles. */
export interface TileProgress {
  readonly status: 'tiles';
  readonly loaded: number;
  readonly total: number;
}

export interface TilesRun {
  /** Ends the run between two pieces of work; the iteration throws `signal.reason` untouched. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: TileProgress) => void) | undefined;
  /** Which Pillow to equal, see {@link PassOrder}; `'pillow-13'`. */
  readonly order?: PassOrder | undefined;
}

/** Multiplications after which the event loop gets a turn, some tens of milliseconds of work. */
const pause = 50_000_000;

/** @throws `shape-mismatch` when the plan was made for another size. */
export function checkPlan(image: RgbImage, plan: TilePlan): void {
  channelsOf(image);
  if (plan.image.width === image.width && plan.image.height === image.height) return;
  throw new TilingError(
    'shape-mismatch',
    `Expected an image of ${plan.image.width} × ${plan.image.height}, got ${image.width} × ${image.height}; pass the plan of this image.`,
    { planned: plan.image, image: { width: image.width, height: image.height } },
  );
}

/** The steps that cut one tile of a plan; see {@link resample}. */
export function cutTile(kernel: Kernel, image: RgbImage, plan: TilePlan, index: number, order?: PassOrder) {
  const size = plan.tileSize;
  const box = plan.boxes[index];
  return box
    ? resample(kernel, image, plan, box, order)
    : resample(
        kernel,
        image,
        { width: size, height: size },
        { x: 0, y: 0, width: size, height: size },
        order,
      );
}

/** Dresses the bytes of a tile. */
export function tileOf(plan: TilePlan, index: number, data: Uint8Array<ArrayBuffer>): Tile {
  const size = plan.tileSize;
  return {
    index,
    thumbnail: index >= plan.boxes.length,
    box: boxOf(plan, index),
    size,
    width: size,
    height: size,
    data,
  };
}

/**
 * Cuts an image into its tiles, row by row, the thumbnail last, each as soon as it is ready: bytes equal Pillow's
 * `resize(…, BICUBIC)` and `crop`. Beside the image and the tile in work it holds one strip of lines, never the
 * resized image. The event loop gets a turn between tiles and within large ones.
 *
 * @param image RGB or RGBA, `[height, width, 3 | 4]`.
 * @param plan from {@link planTiles}, or the options for it.
 * @throws `shape-mismatch` when data, size and plan disagree; `image-empty`; `invalid-option` from the options.
 * @see `dynamic_preprocess` in OpenGVLab/InternVL `internvl_chat/internvl/train/dataset.py`.
 */
export async function* tiles(
  image: RgbImage,
  plan: TilePlan | PlanOptions = {},
  { signal, onProgress, order }: TilesRun = {},
): AsyncGenerator<Tile, void, undefined> {
  const planned = 'boxes' in plan ? plan : planTiles(image, plan);
  checkPlan(image, planned);
  signal?.throwIfAborted();
  const kernel = createKernel();
  for (let index = 0; index < planned.tiles; index++) {
    const steps = cutTile(kernel, image, planned, index, order);
    let work = 0;
    let step = steps.next();
    while (!step.done) {
      work += step.value;
      if (work > pause) {
        work = 0;
        await turn();
        signal?.throwIfAborted();
      }
      step = steps.next();
    }
    await turn();
    signal?.throwIfAborted();
    onProgress?.({ status: 'tiles', loaded: index + 1, total: planned.tiles });
    yield tileOf(planned, index, step.value);
  }
}
