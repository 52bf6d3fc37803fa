import { channelsOf, type RgbImage } from './image.js';
import { normalisations, type Triple } from './normalisation.js';
import type { OwnedRgbImage } from './resize.js';

/**
 * Pads an image to a square, the image in the middle, the border in the colour `trunc(255 × mean)`. For checkpoints
 * whose configuration sets `pad2square`; done before the image is resized to its one tile.
 *
 * @param mean of the checkpoint's normalisation, 0…1 per channel; imagenet's when left out.
 * @returns RGB `[side, side, 3]`, side the longer one of the image.
 * @throws `shape-mismatch`, `image-empty` as for any image.
 * @see `expand2square` in OpenGVLab/InternVL `internvl_chat/internvl/train/dataset.py`.
 */
export function padToSquare(image: RgbImage, mean: Triple = normalisations.imagenet.mean): OwnedRgbImage {
  const channels = channelsOf(image);
  const side = Math.max(image.width, image.height);
  const left = Math.floor((side - image.width) / 2);
  const top = Math.floor((side - image.height) / 2);
  const colour = mean.map((value) => Math.trunc(value * 255));
  const data = new Uint8Array(side * side * 3);
  for (let i = 0; i < data.length; i++) data[i] = colour[i % 3]!;
  for (let y = 0; y < image.height; y++) {
    let to = ((top + y) * side + left) * 3;
    let from = y * image.width * channels;
    for (let x = 0; x < image.width; x++, from += channels, to += 3) {
      data[to] = image.data[from]!;
      data[to + 1] = image.data[from + 1]!;
      data[to + 2] = image.data[from + 2]!;
    }
  }
  return { data, width: side, height: side };
}
