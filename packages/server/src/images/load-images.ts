import { readHeader } from '@internvl/tiling/web';
import { badRequest } from '../api-error.js';
import type { HeldBytes } from '../http/held-bytes.js';
import { dataUrlBytes, pdfRefused } from './data-url.js';
import type { ImageSource } from './image-source.js';

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

/**
 * The encoded bytes of an image, checked as far as its header goes: whether it is one, and how many pixels it claims.
 *
 * @throws 400, `signal.reason`
 */
export async function loadImage(source: ImageSource, options: LoadImagesOptions): Promise<Uint8Array> {
  const { url, param } = source;
  options.signal.throwIfAborted();
  const bytes = /^data:/i.test(url) ? dataUrlBytes(url, param) : await fetched(source, options);
  // Never a string: a chat takes those for paths.
  checkHeader(bytes, param, options.mostPixels);
  return bytes;
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
  if (String.fromCharCode(...bytes.subarray(0, 5)) === '%PDF-') throw pdfRefused(param);
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
