import { TilingError } from './error.js';
import { float16Bits } from './float16.js';
import { channelsOf, type RgbImage } from './image.js';
import { type Normalisation, normalisations } from './normalisation.js';

export interface PixelValuesOptions extends Partial<Normalisation> {
  /**
   * Order of the float32 operations. `'separate'`, the default, is `(v / 255 − mean) / std`: torchvision's transforms
   * in the original code and transformers' Pillow processors. `'fused'` is `(v − mean · 255) / (std · 255)`:
   * transformers' torchvision processors, which every `-hf` checkpoint uses for video.
   */
  readonly arithmetic?: 'separate' | 'fused' | undefined;
}

export interface IntoOption {
  /** Array of just the length that is needed, to write into instead of a new one. */
  readonly into?: Float32Array<ArrayBuffer> | undefined;
}

/** The 256 values of a channel, in the reference's float32 operations. */
function channelTable(
  mean: number,
  std: number,
  arithmetic: 'separate' | 'fused',
): Float32Array<ArrayBuffer> {
  const f = Math.fround;
  if (arithmetic === 'separate') {
    return Float32Array.from({ length: 256 }, (_, v) => f(f(v / 255) - f(mean)) / f(std));
  }
  const scale = f(1 / (1 / 255));
  const shift = f(f(mean) * scale);
  const spread = f(f(std) * scale);
  return Float32Array.from({ length: 256 }, (_, v) => f(v - shift) / spread);
}

function checkImages(images: readonly RgbImage[]): { width: number; height: number } {
  const first = images[0];
  if (!first) return { width: 0, height: 0 };
  for (const image of images) {
    channelsOf(image);
    if (image.width === first.width && image.height === first.height) continue;
    throw new TilingError(
      'shape-mismatch',
      `Expected tiles of ${first.width} × ${first.height}, got one of ${image.width} × ${image.height}; pass each size on its own.`,
      { expected: [first.width, first.height], actual: [image.width, image.height] },
    );
  }
  return first;
}

function gather<T extends Float32Array | Uint16Array>(
  images: readonly RgbImage[],
  tables: readonly T[],
  values: T,
): T {
  let at = 0;
  for (const image of images) {
    const channels = channelsOf(image);
    for (let channel = 0; channel < 3; channel++) {
      const table = tables[channel]!;
      for (let from = channel; from < image.data.length; from += channels) {
        values[at++] = table[image.data[from]!]!;
      }
    }
  }
  return values;
}

function tablesOf({ mean, std, arithmetic = 'separate' }: PixelValuesOptions) {
  const means = mean ?? normalisations.imagenet.mean;
  const spreads = std ?? normalisations.imagenet.std;
  return [0, 1, 2].map((channel) => {
    const [shift, spread] = [means[channel]!, spreads[channel]!];
    if (spread > 0 && Number.isFinite(shift)) return channelTable(shift, spread, arithmetic);
    throw new TilingError(
      'invalid-option',
      `Expected 3 finite means and positive deviations, got [${means}] and [${spreads}]; pass the checkpoint's.`,
      { mean: means, std: spreads },
    );
  });
}

/**
 * Normalises tiles for the vision encoder: uint8 `[size, size, 3]` each, to float32 `[tiles, 3, size, size]` in one
 * array, bit for bit what the reference computes.
 *
 * @param images tiles in order; any images of one common size will do. None gives an empty array.
 * @param options `mean` and `std` of the checkpoint, imagenet's when left out; `into` is filled and returned.
 * @throws `shape-mismatch` when sizes differ, or `into` is of another length; `invalid-option` for a `std` that is not positive.
 * @see `build_transform` in OpenGVLab/InternVL `internvl_chat/internvl/train/dataset.py`.
 */
export function pixelValues(
  images: readonly RgbImage[],
  options: PixelValuesOptions & IntoOption = {},
): Float32Array<ArrayBuffer> {
  const { width, height } = checkImages(images);
  const length = images.length * 3 * width * height;
  const { into = new Float32Array(length) } = options;
  if (into.length !== length) {
    throw new TilingError(
      'shape-mismatch',
      `Expected tiles of ${into.length} values, got one of ${length}; pass each size on its own.`,
      { expected: into.length, actual: length },
    );
  }
  return gather(images, tablesOf(options), into);
}

/**
 * As {@link pixelValues}, in float16: the bits of the float32 values rounded to nearest, ties to even, as
 * `[tiles, 3, size, size]` in a Uint16Array, which is how ONNX Runtime takes float16.
 *
 * @throws as {@link pixelValues}.
 */
export function pixelValuesFloat16(
  images: readonly RgbImage[],
  options: PixelValuesOptions = {},
): Uint16Array<ArrayBuffer> {
  const { width, height } = checkImages(images);
  const tables = tablesOf(options).map((table) => Uint16Array.from(table, float16Bits));
  return gather(images, tables, new Uint16Array(images.length * 3 * width * height));
}
