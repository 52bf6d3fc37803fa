import { TilingError } from './error.js';
import { whole } from './whole.js';

/** Width and height in pixels, both whole and positive. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/**
 * A decoded image: `data` is `[height, width, 3]` (RGB) or `[height, width, 4]` (RGBA, as `ImageData` is), uint8,
 * row-major. The fourth channel is dropped, not composited, as Pillow's `convert('RGB')` does.
 */
export interface RgbImage extends ImageSize {
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** @throws `image-empty` for a side of 0, `invalid-option` for one that is no whole number of pixels. */
export function checkSize({ width, height }: ImageSize): void {
  if (width === 0 || height === 0) {
    throw new TilingError(
      'image-empty',
      `Expected an image of 1 × 1 pixels or more, got ${width} × ${height}; leave it out.`,
      { width, height },
    );
  }
  whole('width', width);
  whole('height', height);
}

/**
 * Channels of an image, 3 or 4, by the length of its data.
 *
 * @throws what {@link checkSize} throws; `shape-mismatch` when `data` is neither RGB nor RGBA of that size.
 */
export function channelsOf(image: RgbImage): 3 | 4 {
  checkSize(image);
  const pixels = image.width * image.height;
  const channels = image.data.length / pixels;
  if (channels === 3 || channels === 4) return channels;
  throw new TilingError(
    'shape-mismatch',
    `Expected ${pixels * 3} bytes of RGB or ${pixels * 4} of RGBA for ${image.width} × ${image.height}, got ${image.data.length}; pass both of one image.`,
    { width: image.width, height: image.height, bytes: image.data.length },
  );
}
