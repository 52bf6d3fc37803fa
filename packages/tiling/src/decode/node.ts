import type { Metadata, Sharp } from 'sharp';
import { TilingError } from '../error.js';
import { cmykToRgb } from './cmyk.js';
import { cutShort } from './cut-short.js';
import {
  checkDeclared,
  type DecodedImage,
  type DecodeNotice,
  type DecodeOptions,
  decodeError,
  notices,
  openHeader,
} from './decoded.js';
import { frameCount } from './frame-count.js';
import { decodeGif } from './gif.js';
import type { ImageFormat } from './header.js';
import { readBytes } from './read-bytes.js';

async function loadSharp(format: ImageFormat) {
  try {
    return (await import('sharp')).default;
  } catch (cause) {
    throw new TilingError(
      'decoder-missing',
      `Expected the package sharp to decode ${format}, it is not installed or does not load here; run "npm install sharp".`,
      { format, package: 'sharp' },
      { cause },
    );
  }
}

/** Waits for a promise, or for the signal, whichever comes first. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  signal.throwIfAborted();
  let stop: () => void = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function noticesOf(metadata: Metadata, format: ImageFormat, frames: number, exif: boolean): DecodeNotice[] {
  return [
    ...(frames > 1 ? [notices.firstFrame(frames)] : []),
    ...(metadata.hasAlpha ? [notices.alpha] : []),
    // libheif reduces 10- and 12-bit AVIF by itself; the depth told for it is that of the coded file.
    ...(metadata.depth === 'ushort' && format !== 'avif' ? [notices.sixteenBit] : []),
    ...(metadata.space === 'cmyk' ? [notices.cmyk] : []),
    ...(metadata.hasProfile ? [notices.profile] : []),
    ...((metadata.orientation ?? 1) > 1 && !exif ? [notices.orientation] : []),
  ];
}

function checkSamples({ space, depth }: Metadata, format: ImageFormat): void {
  const colour =
    ['srgb', 'rgb', 'rgb16', 'b-w', 'grey16'].includes(space) && ['uchar', 'ushort'].includes(depth);
  if (colour || (space === 'cmyk' && depth === 'uchar')) return;
  throw new TilingError(
    'image-unsupported',
    `Expected grey, RGB or CMYK samples of 8 bits, or grey or RGB of 16, got ${space} of ${depth}; convert the file to 8-bit RGB.`,
    { format, space, depth },
  );
}

async function pixelsOf(image: Sharp, cmyk: boolean) {
  // Raw ink values, so that no profile takes part; sharp's own way to RGB goes through one.
  const pipeline = cmyk
    ? image.pipelineColourspace('cmyk').toColourspace('cmyk').removeAlpha()
    : image.toColourspace('srgb').removeAlpha();
  const { data, info } = await pipeline.raw().toBuffer({ resolveWithObject: true });
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { data: cmyk ? cmykToRgb(bytes) : bytes, width: info.width, height: info.height };
}

/**
 * Decodes JPEG, PNG, WebP, AVIF, TIFF (with sharp, an optional peer dependency) and GIF (without) to RGB as Pillow's
 * `convert('RGB')` does: alpha dropped, palettes expanded, colour profiles ignored, the first frame of several. What
 * the pixels no longer show is in `notices`. The declared size is checked before anything is allocated for pixels.
 *
 * @param source a path, a file URL, or the encoded bytes.
 * @returns RGB `[height, width, 3]`.
 * @throws `file-missing`, `image-unreadable` (not an image, damaged), `image-truncated`, `image-empty`,
 *   `image-too-large`, `image-unsupported` (another format, or samples that are no 8- or 16-bit colour),
 *   `decoder-missing`, `invalid-option`.
 */
export async function decodeImage(
  source: string | URL | Uint8Array,
  { exif = false, maxPixels: limit, signal }: DecodeOptions = {},
): Promise<DecodedImage> {
  signal?.throwIfAborted();
  const bytes = await readBytes(source, signal);
  const { format, maxPixels } = openHeader(bytes, limit);
  if (format === 'gif') return decodeGif(bytes, maxPixels);
  const sharp = await loadSharp(format);
  const open = () => sharp(bytes, { ignoreIcc: true, failOn: 'error', limitInputPixels: false });
  try {
    const metadata = await unlessAborted(open().metadata(), signal);
    checkDeclared(metadata, maxPixels);
    checkSamples(metadata, format);
    const image = await unlessAborted(
      pixelsOf(exif ? open().rotate() : open(), metadata.space === 'cmyk'),
      signal,
    );
    const frames = Math.max(metadata.pages ?? 1, frameCount(bytes, format));
    return { ...image, format, frames, notices: noticesOf(metadata, format, frames, exif) };
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof TilingError) throw cause;
    const said = cause instanceof Error ? cause.message : '';
    const truncated =
      cutShort(bytes, format) || /premature end|unexpected end|outside of file bounds/i.test(said);
    throw decodeError(format, bytes, truncated, cause);
  }
}
