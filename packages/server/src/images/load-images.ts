import { InternVLError } from '@internvl/backend';
import type { RgbImage } from '@internvl/tiling';
import { readHeader } from '@internvl/tiling/web';
import { ApiError, badRequest } from '../api-error.js';
import type { HeldBytes } from '../http/held-bytes.js';
import { dataUrlBytes } from './data-url.js';
import type { ImageSource } from './image-source.js';
import { pdfRefused, type ReadPdf } from './read-pdf.js';

/**
 * Gets the image behind an http(s) URL of a client.
 *
 * @throws anything; clients read its sentence only when it is an `InternVLError`
 */
export type FetchImage = (url: string, options: { readonly signal: AbortSignal }) => Promise<Uint8Array>;

export interface LoadImagesOptions {
  /** Images behind http(s) URLs are refused without. */
  readonly fetchImage: FetchImage | undefined;
  /** Most pixels of one image. */
  readonly mostPixels: number;
  readonly held: HeldBytes;
  readonly signal: AbortSignal;
}

/** Options where a PDF may stand for its pages. */
export interface LoadPagesOptions extends LoadImagesOptions {
  /** PDF is refused without. */
  readonly readPdf: ReadPdf | undefined;
  /** Most images of the request that are still to come, pages counting. */
  readonly mostImages: number;
}

/**
 * The encoded bytes of an image, checked as far as its header goes: whether it is one, and how many pixels it claims.
 *
 * @throws 400, `signal.reason`
 */
export async function loadImage(source: ImageSource, options: LoadImagesOptions): Promise<Uint8Array> {
  const bytes = await loadBytes(source, options);
  if (isPdf(bytes)) throw pdfRefused(source.param);
  checkHeader(bytes, source.param, options.mostPixels);
  return bytes;
}

/**
 * The same, but that a PDF gives an image for each of its pages.
 *
 * @throws 400, 429 when all requests together hold too much, `signal.reason`
 */
export async function loadPages(
  source: ImageSource,
  options: LoadPagesOptions,
): Promise<readonly (Uint8Array | RgbImage)[]> {
  const { param } = source;
  const { readPdf, mostPixels, mostImages, held, signal } = options;
  const bytes = await loadBytes(source, options);
  if (!isPdf(bytes)) {
    checkHeader(bytes, param, mostPixels);
    return [bytes];
  }
  if (!readPdf) throw pdfRefused(param);
  const pages: RgbImage[] = [];
  try {
    const drawn = readPdf(bytes, { maxPages: Math.max(1, mostImages), maxPixels: mostPixels, signal });
    for await (const page of drawn) {
      held.add(page.data.length);
      pages.push(page);
    }
  } catch (error) {
    throw placed(error, param);
  }
  return pages;
}

/** The same error with its place in the request, where it is one of a PDF. */
function placed(error: unknown, param: string): unknown {
  const code = InternVLError.is(error) ? PDF_CODES.get(error.code) : undefined;
  return InternVLError.is(error) && code
    ? new ApiError(400, code, error.message, { param, cause: error })
    : error;
}

const PDF_CODES: ReadonlyMap<string, string> = new Map([
  ['decoder-missing', 'unsupported_file'],
  ['pdf-locked', 'invalid_file'],
  ['pdf-unreadable', 'invalid_file'],
  ['pdf-timeout', 'file_too_large'],
  ['pdf-too-large', 'file_too_large'],
  ['pdf-too-long', 'too_many_images'],
]);

/** Never a string: a chat takes those for paths. */
async function loadBytes(source: ImageSource, options: LoadImagesOptions): Promise<Uint8Array> {
  const { url, param } = source;
  options.signal.throwIfAborted();
  return /^data:/i.test(url) ? dataUrlBytes(url, param) : fetched(source, options);
}

function isPdf(bytes: Uint8Array): boolean {
  return String.fromCharCode(...bytes.subarray(0, 5)) === '%PDF-';
}

async function fetched(
  { url, param }: ImageSource,
  { fetchImage, held, signal }: LoadImagesOptions,
): Promise<Uint8Array> {
  if (!fetchImage) {
    throw badRequest(
      'image_url_not_allowed',
      param,
      `Expected ${param} as a data: URL: this server fetches no addresses; send data:image/jpeg;base64,….`,
    );
  }
  const bytes = await fetchImage(url, { signal });
  held.add(bytes.length);
  return bytes;
}

function checkHeader(bytes: Uint8Array, param: string, mostPixels: number): void {
  const header = readHeader(bytes);
  if (!header) {
    throw badRequest(
      'invalid_image',
      param,
      `Expected an image at ${param} as JPEG, PNG, WebP, AVIF, GIF or TIFF, got other bytes; convert it.`,
    );
  }
  const { width, height } = header.size ?? { width: 0, height: 0 };
  if (width * height <= mostPixels) return;
  throw badRequest(
    'image_too_large',
    param,
    `Expected an image of at most ${mostPixels} pixels at ${param}, got ${width} × ${height}; shrink it.`,
  );
}
