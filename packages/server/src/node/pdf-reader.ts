import { untilAborted } from '@internvl/backend';
import { type PdfOptions, pdfPages } from '@internvl/tiling/pdf';
import type { ReadPdf } from '../images/read-pdf.js';

/** How pages are drawn, and what that may take. */
export type PdfReaderOptions = Pick<PdfOptions, 'dpi' | 'maxPixels' | 'maxPages' | 'maxBytes' | 'timeoutMs'>;

/**
 * A `readPdf` over `@hyzyla/pdfium`, an optional peer of `@internvl/tiling`, which is loaded when the first PDF comes. One
 * document is drawn at a time, the others wait: by default at most 20 pages each, 4 million pixels a page, 30 s a document.
 *
 * @throws its function: the codes of `pdfPages`
 */
export function pdfReader({
  maxPixels = 4_000_000,
  maxPages = 20,
  ...options
}: PdfReaderOptions = {}): ReadPdf {
  let last: Promise<void> = Promise.resolve();
  return async function* read(bytes, wanted) {
    const before = last;
    let over = () => {};
    last = new Promise((resolve) => {
      over = resolve;
    });
    try {
      await untilAborted(before, wanted.signal, () => {});
      const limits = {
        maxPixels: Math.min(maxPixels, wanted.maxPixels),
        maxPages: Math.min(maxPages, wanted.maxPages),
      };
      for await (const { image } of pdfPages(bytes, { ...options, ...limits, signal: wanted.signal }))
        yield image;
    } finally {
      // Who leaves while waiting must not let the next one in early.
      void before.then(over);
    }
  };
}
