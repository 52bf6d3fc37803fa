import { parentPort } from 'node:worker_threads';
import type { ImageSize, RgbImage } from './image.js';
import { createKernel } from './kernel.js';
import type { Box } from './plan.js';
import { type PassOrder, resampleNow } from './resample.js';

/** One piece of a tile to cut; image and target lie in shared memory. */
export interface TileJob {
  readonly image: RgbImage;
  /** Size the image is resized to, and the part of it to cut. */
  readonly size: ImageSize;
  readonly region: Box;
  readonly order: PassOrder | undefined;
  /** RGB `[region.height, region.width, 3]` to write. */
  readonly target: Uint8Array;
}

const kernel = createKernel();

parentPort?.on('message', ({ image, size, region, order, target }: TileJob) => {
  target.set(resampleNow(kernel, image, size, region, order));
  parentPort?.postMessage('done');
});
