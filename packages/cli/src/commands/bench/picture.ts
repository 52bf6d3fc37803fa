import type { RgbImage } from '@internvl/tiling';
import { seeded } from './seeded.js';

/** Three by two, so that a limit of six tiles takes all of them: seven with the thumbnail. */
const size = { width: 1344, height: 896 };

/** A drawn picture: a slow ramp with noise over it, as photographs compress. */
export function drawPicture(): RgbImage {
  const { width, height } = size;
  const random = seeded(1);
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < data.length; at++) {
    const pixel = Math.floor(at / 3);
    const ramp = ((pixel % width) / width + pixel / width / height) * 100 + (at % 3) * 20;
    data[at] = ramp + random() * 16;
  }
  return { ...size, data };
}

/** The picture with every pixel a little different: to a cache of tiles it is another one. */
export function variant(image: RgbImage, index: number): RgbImage {
  return { ...image, data: image.data.map((value) => (value + index) & 255) };
}
