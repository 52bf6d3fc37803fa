import { TilingError } from '../error.js';
import type { RgbImage } from '../image.js';
import { whole } from '../whole.js';
import { type ImageFormat, type ImageHeader, readHeader } from './header.js';

/** Something about a file that its pixels no longer show, for a caller that wants to tell its user. */
export interface DecodeNotice {
  readonly code:
    | 'first-frame'
    | 'alpha-dropped'
    | 'sixteen-bit'
    | 'cmyk'
    | 'profile-ignored'
    | 'orientation-ignored';
  readonly message: string;
}

/** A decoded image, RGB `[height, width, 3]`. */
export interface DecodedImage extends RgbImage {
  readonly data: Uint8Array;
  readonly format: ImageFormat;
  /** Frames or pages in the file, where the decoder tells; `data` is the first. */
  readonly frames: number;
  /** Empty for a plain 8-bit RGB image. */
  readonly notices: readonly DecodeNotice[];
}

export interface DecodeOptions {
  /** Whether to turn the image as its EXIF orientation says; false, as in the reference's code. */
  readonly exif?: boolean | undefined;
  /** Most pixels a file may declare; 178 956 970, where Pillow refuses as well. */
  readonly maxPixels?: number | undefined;
  /** Ends the call, which rejects with `signal.reason` untouched. */
  readonly signal?: AbortSignal | undefined;
}

/** Twice Pillow's `MAX_IMAGE_PIXELS`, from where on it raises `DecompressionBombError`. */
const pillowLimit = 178_956_970;

export const notices = {
  firstFrame: (frames: number): DecodeNotice => ({
    code: 'first-frame',
    message: `The file has ${frames} frames; the first one is used.`,
  }),
  alpha: { code: 'alpha-dropped', message: 'Transparency is dropped, not composited.' },
  sixteenBit: {
    code: 'sixteen-bit',
    message:
      'Samples of 16 bits are reduced to their high byte. Pillow does so for colour; it turns 16-bit greyscale mostly white.',
  },
  cmyk: { code: 'cmyk', message: 'CMYK became RGB by the plain formula, without a colour profile.' },
  profile: { code: 'profile-ignored', message: 'The embedded colour profile is ignored.' },
  orientation: {
    code: 'orientation-ignored',
    message: 'The file asks to be turned by EXIF; pass exif: true to turn it.',
  },
} as const satisfies Record<string, DecodeNotice | ((frames: number) => DecodeNotice)>;

/** @throws `image-empty` for a side of 0, `image-too-large` beyond the limit. */
export function checkDeclared(
  size: { readonly width: number; readonly height: number },
  maxPixels: number,
): void {
  const { width, height } = size;
  if (width === 0 || height === 0) {
    throw new TilingError(
      'image-empty',
      `Expected an image of at least 1 × 1 pixels, the file declares ${width} × ${height}; leave it out.`,
      { width, height },
    );
  }
  if (width * height > maxPixels) {
    throw new TilingError(
      'image-too-large',
      `Expected at most ${maxPixels} pixels, the file declares ${width} × ${height}; shrink it or raise maxPixels.`,
      { width, height, maxPixels },
    );
  }
}

const unsupported: readonly (readonly [RegExp, string])[] = [
  [/^.{4}ftyp(hei|hev|mif1|msf1)/s, 'HEIC'],
  [/^.{4}ftypavis/s, 'animated AVIF'],
  [/^.{4}JXL /s, 'JPEG XL'],
  [/^BM/, 'BMP'],
  [/^%PDF/, 'PDF'],
  [/^8BPS/, 'Photoshop'],
  [/^\s*(<\?xml|<svg)/, 'SVG'],
];

/**
 * Checks an encoded image by its header, before anything is allocated for its pixels.
 *
 * @throws `image-empty` for no bytes or a side of 0, `image-too-large`, `image-unsupported` for a known format that
 *   is not read here, `image-unreadable` for anything else.
 */
export function openHeader(
  bytes: Uint8Array,
  limit: number | undefined,
): ImageHeader & { readonly maxPixels: number } {
  const maxPixels = whole('maxPixels', limit ?? pillowLimit, Number.MAX_SAFE_INTEGER);
  if (bytes.length === 0) {
    throw new TilingError('image-empty', 'Expected an image, got 0 bytes; check that the file was written.');
  }
  const header = readHeader(bytes);
  if (!header) {
    const start = String.fromCharCode(...bytes.subarray(0, 16));
    const known = unsupported.find(([pattern]) => pattern.test(start));
    if (known) {
      throw new TilingError(
        'image-unsupported',
        `Expected JPEG, PNG, WebP, AVIF, GIF or TIFF, got ${known[1]}; convert it to one of them.`,
        { format: known[1] },
      );
    }
    throw new TilingError(
      'image-unreadable',
      'Expected JPEG, PNG, WebP, AVIF, GIF or TIFF, got bytes that start like none of them; check that the file is an image.',
      { bytes: bytes.length, start: Array.from(bytes.subarray(0, 12)) },
    );
  }
  if (header.size) checkDeclared(header.size, maxPixels);
  return { ...header, maxPixels };
}

/** The error for bytes that a decoder refused. */
export function decodeError(format: ImageFormat, bytes: Uint8Array, truncated: boolean, cause?: unknown) {
  return new TilingError(
    truncated ? 'image-truncated' : 'image-unreadable',
    truncated
      ? `Expected a whole ${format} file, it ends early after ${bytes.length} bytes; fetch or copy it again.`
      : `Expected a sound ${format} file, its ${bytes.length} bytes are damaged; fetch or save it again.`,
    { format, bytes: bytes.length },
    { cause },
  );
}
