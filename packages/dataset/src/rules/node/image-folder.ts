import { open } from 'node:fs/promises';
import type { ImageSize } from '@internvl/tiling';
import { type DecodedImage, type DecodeNotice, decodeImage, readHeader } from '@internvl/tiling/node';
import { DatasetError } from '../../error.js';
import type { ImageInspection, ImageInspector, ImageRemark } from '../image-port.js';
import type { RuleCode } from '../rule-table.js';
import { folderLocator, type Located } from './folder-locator.js';

export interface ImageFolderOptions {
  /**
   * How closely files are looked at. `exists`: that there is a file, under root. `header`: format and size by the first
   * bytes as well. `decode`, the default: every pixel is decoded, which alone finds damage; takes the optional peer sharp.
   */
  readonly depth?: 'exists' | 'header' | 'decode' | undefined;
  /** Most pixels an image may declare; 89 478 485, where Pillow warns of a decompression bomb. */
  readonly maxPixels?: number | undefined;
  /** Most bytes of a file; 256 MiB. */
  readonly maxBytes?: number | undefined;
}

const PILLOW_WARNS = 89_478_485;
const MAX_BYTES = 1 << 28;
const HEADER_BYTES = 1 << 16;
/** Pixels that are decoded at once, beyond which images wait for each other. */
const PIXELS_AT_ONCE = 1 << 25;

const noticeRules: Readonly<Partial<Record<DecodeNotice['code'], RuleCode>>> = {
  'first-frame': 'image-animated',
  'alpha-dropped': 'image-alpha',
  'sixteen-bit': 'image-16-bit',
  cmyk: 'image-cmyk',
  'orientation-ignored': 'image-exif-rotation',
};

const errorRules: ReadonlyMap<unknown, RuleCode> = new Map<unknown, RuleCode>([
  ['image-truncated', 'image-truncated'],
  ['image-empty', 'image-empty'],
  ['image-too-large', 'image-bomb'],
  ['image-unsupported', 'image-unsupported'],
  ['image-unreadable', 'image-unreadable'],
  ['file-missing', 'image-missing'],
]);

/**
 * Image files under a folder. Links that lead out of it, names in another case or Unicode form, damage and every unusual kind of file
 * are remarks.
 *
 * @throws (when an image is looked at) `decoder-missing` for depth `decode` where sharp is not installed
 */
export function imageFolder(
  root: string,
  { depth = 'decode', maxPixels = PILLOW_WARNS, maxBytes = MAX_BYTES }: ImageFolderOptions = {},
): ImageInspector {
  const locate = folderLocator(root);
  const gate = pixelGate();

  const look = async (
    { file, bytes, remarks }: Located & { readonly file: string },
    signal?: AbortSignal,
  ): Promise<ImageInspection> => {
    if (bytes === 0)
      return { remarks: [...remarks, remark('image-empty', 'Expected an image, got 0 bytes.')] };
    if (bytes > maxBytes) {
      const message = `Expected a file of at most ${maxBytes} bytes, got ${bytes}.`;
      return { remarks: [...remarks, remark('image-bomb', message, { bytes })] };
    }
    const size = await declaredSize(file);
    if (size !== undefined && size.width * size.height > maxPixels) {
      const message = `Expected at most ${maxPixels} pixels, the file declares ${size.width} × ${size.height}.`;
      return { size, remarks: [...remarks, remark('image-bomb', message, { ...size })] };
    }
    if (depth === 'header') {
      if (size !== undefined) return { size, remarks };
      return {
        remarks: [
          ...remarks,
          remark('image-unreadable', 'Expected an image, got a file that starts like none.'),
        ],
      };
    }
    const pixels = size === undefined ? PIXELS_AT_ONCE : size.width * size.height;
    const seen = await gate(pixels, () => decoded(file, maxPixels, signal));
    return { ...seen, remarks: [...remarks, ...seen.remarks] };
  };

  return {
    inspect(path, signal) {
      const located = locate(path);
      const { file, remarks } = located;
      return file === undefined || depth === 'exists' ? { remarks } : look({ ...located, file }, signal);
    },
  };
}

/**
 * What encoded bytes say, for formats that hold their images themselves.
 *
 * @throws `decoder-missing` where sharp is not installed; `signal.reason` when aborted
 */
export async function inspectBytes(
  bytes: Uint8Array,
  { maxPixels = PILLOW_WARNS }: Pick<ImageFolderOptions, 'maxPixels'> = {},
  signal?: AbortSignal,
): Promise<ImageInspection> {
  if (bytes.length === 0) return { remarks: [remark('image-empty', 'Expected an image, got 0 bytes.')] };
  return decoded(bytes, maxPixels, signal);
}

function remark(code: RuleCode, message: string, facts: ImageRemark['facts'] = {}): ImageRemark {
  return { code, message, facts };
}

async function declaredSize(file: string): Promise<ImageSize | undefined> {
  const handle = await open(file).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return readHeader(buffer.subarray(0, bytesRead))?.size;
  } catch {
    // What cannot be read, or ends inside its header, is told by decoding.
    return undefined;
  } finally {
    await handle.close();
  }
}

async function decoded(
  file: string | Uint8Array,
  maxPixels: number,
  signal: AbortSignal | undefined,
): Promise<ImageInspection> {
  let image: DecodedImage;
  try {
    image = await decodeImage(file, { maxPixels, signal });
  } catch (error) {
    signal?.throwIfAborted();
    const rule = DatasetError.is(error) ? errorRules.get(error.code) : undefined;
    if (rule === undefined || !(error instanceof Error)) throw error;
    // The path is the finding's place; the machine's own is no one's business.
    return {
      remarks: [
        remark(rule, typeof file === 'string' ? error.message.replaceAll(file, 'this path') : error.message),
      ],
    };
  }
  const { width, height, notices } = image;
  const remarks: ImageRemark[] = [];
  for (const { code, message } of notices) {
    const rule = noticeRules[code];
    if (rule !== undefined) remarks.push(remark(rule, message));
  }
  return { size: { width, height }, remarks };
}

/** Lets work through while the pixels in work stay below the limit; one image is always let through. */
function pixelGate() {
  let inWork = 0;
  const waiting: (() => void)[] = [];
  return async <T>(pixels: number, work: () => Promise<T>): Promise<T> => {
    while (inWork > 0 && inWork + pixels > PIXELS_AT_ONCE) {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
      });
    }
    inWork += pixels;
    try {
      return await work();
    } finally {
      inWork -= pixels;
      for (const wake of waiting.splice(0)) wake();
    }
  };
}
