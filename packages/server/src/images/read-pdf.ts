import type { RgbImage } from '@internvl/tiling';
import { badRequest } from '../api-error.js';

/** What reading a PDF may come to. */
export interface ReadPdfOptions {
  /** Most pages; one with more is refused. */
  readonly maxPages: number;
  /** Most pixels of a page. */
  readonly maxPixels: number;
  readonly signal: AbortSignal;
}

/**
 * Draws the pages of a PDF, in order.
 *
 * @throws anything; clients read its sentence only when it is an `InternVLError`
 */
export type ReadPdf = (bytes: Uint8Array, options: ReadPdfOptions) => AsyncIterable<RgbImage>;

/** What a PDF meets where nobody draws it, or where one image is wanted; said by name, since clients offer it beside images. */
export function pdfRefused(param: string) {
  return badRequest(
    'unsupported_file',
    param,
    `Expected an image at ${param}, got a PDF, which is not drawn here; send each page as an image.`,
  );
}
