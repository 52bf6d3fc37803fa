import { readBytes } from '../decode/read-bytes.js';
import { TilingError } from '../error.js';
import type { RgbImage } from '../image.js';
import { whole } from '../whole.js';
import { isPdf } from './is-pdf.js';
import { PdfThread } from './pdf-thread.js';

/** What is drawn, how large, and what that may take. */
export interface PdfOptions {
  /** First page, 1 by default. */
  readonly first?: number | undefined;
  /** Last page; the document's own by default. */
  readonly last?: number | undefined;
  /** Pixels per inch; 150 by default, 1240 × 1754 pixels for A4: as much as 12 tiles of 448 pixels show. */
  readonly dpi?: number | undefined;
  /** Most pixels of a page; 16,000,000 by default. A larger page is drawn with fewer pixels per inch. */
  readonly maxPixels?: number | undefined;
  /** Most pages; 20 by default. Asking for more is an error, not fewer pages. */
  readonly maxPages?: number | undefined;
  /** Most bytes of the file; 64 MiB by default. */
  readonly maxBytes?: number | undefined;
  /** Longest time of decoding and drawing, Ms, the caller's own between pages not counted; 30,000 by default. */
  readonly timeoutMs?: number | undefined;
  /** Of a document that wants one. */
  readonly password?: string | undefined;
  /** Ends the call, which rejects with `signal.reason` untouched. */
  readonly signal?: AbortSignal | undefined;
}

/** A page as an image. */
export interface PdfPage {
  /** 1 for the first. */
  readonly page: number;
  /** Pages of the whole document. */
  readonly pages: number;
  /** RGB `[height, width, 3]`, drawn over white. */
  readonly image: RgbImage;
}

const DEFAULTS = { dpi: 150, maxPixels: 16_000_000, maxPages: 20, maxBytes: 64 * 2 ** 20, timeoutMs: 30_000 };
const LARGEST = Number.MAX_SAFE_INTEGER;

/**
 * Draws pages of a PDF, one after the other, as the loop asks for them; annotations and form fields too. For Node, with
 * PDFium compiled to WebAssembly (`@hyzyla/pdfium`, an optional peer dependency), in a thread of its own that ends with the loop.
 *
 * @param source a path, a file URL, or the bytes.
 * @throws `decoder-missing` without the package, `file-missing`, `pdf-unreadable` (damaged, no PDF, a page that is not there),
 *   `pdf-locked`, `pdf-too-large`, `pdf-too-long`, `pdf-timeout`, `invalid-option`, `signal.reason` when aborted.
 */
export async function* pdfPages(
  source: string | URL | Uint8Array,
  { first = 1, last, password = '', signal, ...limits }: PdfOptions = {},
): AsyncGenerator<PdfPage, void, undefined> {
  const { dpi, maxPixels, maxPages, maxBytes, timeoutMs } = checked(limits);
  whole('first', first, LARGEST);
  if (last !== undefined) whole('last', last, LARGEST);
  signal?.throwIfAborted();
  const bytes = await readBytes(source, signal);
  if (bytes.length > maxBytes) throw tooLarge(bytes.length, maxBytes);
  if (!isPdf(bytes)) {
    throw new TilingError(
      'pdf-unreadable',
      'Expected a PDF, got bytes that do not begin with %PDF-; check the file.',
      { bytes: bytes.length },
    );
  }
  const thread = new PdfThread({ bytes, password }, { timeoutMs, signal });
  try {
    const pages = await thread.opened();
    const end = Math.min(last ?? pages, pages);
    if (end < first) throw noSuchPages(first, last, pages);
    if (end - first + 1 > maxPages) throw tooLong(end - first + 1, maxPages, pages);
    for (let page = first; page <= end; page++) {
      const image = await thread.page({ index: page - 1, dpi, maxPixels });
      yield { page, pages, image };
    }
  } finally {
    await thread.close();
  }
}

function checked(limits: { readonly [Name in keyof typeof DEFAULTS]?: number | undefined }) {
  const value = (name: keyof typeof DEFAULTS, most: number) =>
    whole(name, limits[name] ?? DEFAULTS[name], most);
  return {
    dpi: value('dpi', 2400),
    maxPixels: value('maxPixels', LARGEST),
    maxPages: value('maxPages', LARGEST),
    maxBytes: value('maxBytes', LARGEST),
    timeoutMs: value('timeoutMs', 2 ** 31 - 1),
  };
}

function tooLarge(bytes: number, maxBytes: number): TilingError {
  return new TilingError(
    'pdf-too-large',
    `Expected a PDF of at most ${maxBytes} bytes, got ${bytes}; take the pages out that matter, or raise maxBytes.`,
    { bytes, maxBytes },
  );
}

function tooLong(wanted: number, maxPages: number, pages: number): TilingError {
  return new TilingError(
    'pdf-too-long',
    `Expected at most ${maxPages} pages of a PDF, got ${wanted}; choose some of them.`,
    { wanted, maxPages, pages },
  );
}

function noSuchPages(first: number, last: number | undefined, pages: number): TilingError {
  return new TilingError(
    'invalid-option',
    `Expected pages of 1 to ${pages}, got ${first} to ${last ?? 'the end'}; choose others.`,
    { option: 'first', first, last, pages },
  );
}
