import { TilingError } from '../error.js';
import { cutShort } from './cut-short.js';
import {
  checkDeclared,
  type DecodedImage,
  type DecodeOptions,
  decodeError,
  notices,
  openHeader,
} from './decoded.js';
import { frameCount } from './frame-count.js';
import { decodeGif } from './gif.js';
import { findOrientation, orient } from './orientation.js';
import { readSamples } from './samples.js';

const asStored = { premultiplyAlpha: 'none', colorSpaceConversion: 'none' } as const;

/**
 * Decodes JPEG, PNG, WebP, AVIF and GIF in a browser or a worker to RGB: alpha dropped and never premultiplied,
 * colour profiles ignored, the first frame of several. The pixels are those of the browser's decoders; for PNG and
 * GIF, which are lossless, they equal Pillow's. The declared size is checked before a pixel is decoded.
 * `notices` do not tell 16-bit samples, CMYK and profiles, which browsers hide.
 *
 * @param source a file, a blob, or the encoded bytes.
 * @returns RGB `[height, width, 3]`.
 * @throws `image-unreadable` (not an image, damaged, or a format this browser lacks), `image-truncated`,
 *   `image-empty`, `image-too-large`, `image-unsupported` (another format; or transparency where there is no WebGL 2
 *   to read it exactly), `invalid-option`.
 */
export async function decodeImage(
  source: Blob | Uint8Array<ArrayBuffer>,
  { exif = false, maxPixels: limit, signal }: DecodeOptions = {},
): Promise<DecodedImage> {
  signal?.throwIfAborted();
  const bytes = source instanceof Blob ? new Uint8Array(await source.arrayBuffer()) : source;
  signal?.throwIfAborted();
  const { format, maxPixels } = openHeader(bytes, limit);
  if (format === 'gif') return decodeGif(bytes, maxPixels);
  if (format === 'tiff') {
    throw new TilingError(
      'image-unsupported',
      'Expected JPEG, PNG, WebP, AVIF or GIF, got TIFF, which browsers do not decode; convert it to PNG.',
      { format },
    );
  }
  // Browsers draw what they have of a file that was cut.
  if (cutShort(bytes, format)) throw decodeError(format, bytes, true);
  // Browsers turn some formats whatever they are told, so the file is shown without the request.
  const turn = findOrientation(bytes, format);
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(new Blob([turn?.without ?? bytes], { type: `image/${format}` }), {
      ...asStored,
      imageOrientation: 'none',
    });
  } catch (cause) {
    signal?.throwIfAborted();
    throw decodeError(format, bytes, false, cause);
  }
  try {
    signal?.throwIfAborted();
    checkDeclared(bitmap, maxPixels);
    const { data, transparent } = await readSamples(bitmap, signal);
    const stored = { data, width: bitmap.width, height: bitmap.height };
    const frames = frameCount(bytes, format);
    return {
      ...(turn && exif ? orient(stored, turn.value) : stored),
      format,
      frames,
      notices: [
        ...(frames > 1 ? [notices.firstFrame(frames)] : []),
        ...(transparent ? [notices.alpha] : []),
        ...(turn && !exif ? [notices.orientation] : []),
      ],
    };
  } finally {
    bitmap.close();
  }
}
