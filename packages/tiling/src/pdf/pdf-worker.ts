import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { PDFiumDocument } from '@hyzyla/pdfium';
import { pixelSize } from './pixel-size.js';

/** What the thread is given at its start. */
export interface PdfTask {
  readonly bytes: Uint8Array;
  readonly password: string;
}

/** A page to draw; 0 is the first. */
export interface PageRequest {
  readonly index: number;
  readonly dpi: number;
  readonly maxPixels: number;
}

/** What it answers: how many pages there are, then a page for each request, or what went wrong. */
export type PdfReply =
  | { readonly type: 'opened'; readonly pages: number }
  | { readonly type: 'page'; readonly width: number; readonly height: number; readonly data: Uint8Array }
  | { readonly type: 'failed'; readonly why: 'missing' | 'locked' | 'damaged'; readonly said: string };

const port = parentPort;

function reply(message: PdfReply, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}

function fail(why: 'missing' | 'locked' | 'damaged', error: unknown): void {
  reply({ type: 'failed', why, said: error instanceof Error ? error.message : String(error) });
}

async function library() {
  const { PDFiumLibrary } = await import('@hyzyla/pdfium');
  return PDFiumLibrary.init();
}

async function open({ bytes, password }: PdfTask): Promise<PDFiumDocument | undefined> {
  const loaded = await library().catch((error) => fail('missing', error));
  if (!loaded) return undefined;
  try {
    return await loaded.loadDocument(bytes, password);
  } catch (error) {
    // The library tells its codes apart by words alone.
    fail(/password/i.test(String(error)) ? 'locked' : 'damaged', error);
    return undefined;
  }
}

async function draw(document: PDFiumDocument, { index, dpi, maxPixels }: PageRequest): Promise<void> {
  const page = document.getPage(index);
  const { originalWidth, originalHeight } = page.getOriginalSize();
  const size = pixelSize(originalWidth, originalHeight, { dpi, maxPixels });
  if (!size) throw new Error(`page ${index + 1} is not there`);
  const drawn = await page.render({ ...size, scale: 1, render: 'bitmap', renderFormFields: true });
  const rgba = drawn.data;
  const data = new Uint8Array(drawn.width * drawn.height * 3);
  // Drawn over white: there is nothing transparent left.
  for (let from = 0, to = 0; to < data.length; from += 4) {
    data[to++] = rgba[from]!;
    data[to++] = rgba[from + 1]!;
    data[to++] = rgba[from + 2]!;
  }
  reply({ type: 'page', width: drawn.width, height: drawn.height, data }, [data.buffer]);
}

async function serve(from: MessagePort): Promise<void> {
  const task: PdfTask = workerData;
  const document = await open(task);
  if (!document) return;
  from.on('message', (request: PageRequest) => {
    draw(document, request).catch((error) => fail('damaged', error));
  });
  reply({ type: 'opened', pages: document.getPageCount() });
}

if (port) void serve(port);
