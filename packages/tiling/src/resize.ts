import { checkSize, type ImageSize, type RgbImage } from './image.js';
import { createKernel } from './kernel.js';
import { type PassOrder, resampleNow } from './resample.js';

/** An RGB image, `[height, width, 3]`, in a buffer of its own. */
export interface OwnedRgbImage extends RgbImage {
  readonly data: Uint8Array<ArrayBuffer>;
}

/**
 * Resizes an image as Pillow's `resize((width, height), BICUBIC)` does, byte for byte. Proportions are not kept.
 *
 * @param image RGB or RGBA; the result is RGB `[height, width, 3]`.
 * @param size to resize to; `order` says which Pillow to equal, see {@link PassOrder}.
 * @throws `shape-mismatch`, `image-empty`, `invalid-option` for bytes or sizes that do not fit.
 */
export function resize(
  image: RgbImage,
  size: ImageSize,
  { order }: { readonly order?: PassOrder | undefined } = {},
): OwnedRgbImage {
  checkSize(size);
  const { width, height } = size;
  const data = resampleNow(createKernel(), image, size, { x: 0, y: 0, width, height }, order);
  return { data, width, height };
}

/**
 * The middle square of an image whose shorter side is first resized to `side`: what `CLIPImageProcessor` feeds a
 * standalone InternViT checkpoint. RGB `[side, side, 3]`.
 *
 * @throws as {@link resize}.
 * @see `CLIPImageProcessor` in huggingface/transformers: `get_resize_output_image_size`, `center_crop`.
 */
export function centreCrop(image: RgbImage, side: number): OwnedRgbImage {
  checkSize(image);
  checkSize({ width: side, height: side });
  const { width, height } = image;
  const size =
    width <= height
      ? { width: side, height: Math.trunc((side * height) / width) }
      : { width: Math.trunc((side * width) / height), height: side };
  const data = resampleNow(createKernel(), image, size, {
    x: Math.floor((size.width - side) / 2),
    y: Math.floor((size.height - side) / 2),
    width: side,
    height: side,
  });
  return { data, width: side, height: side };
}
