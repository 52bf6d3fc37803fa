import { Worker } from 'node:worker_threads';
import { TilingError } from '../error.js';
import type { PageRequest, PdfReply, PdfTask } from './pdf-worker.js';

export interface PdfThreadOptions {
  /** Longest time of all work together, Ms. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** What the thread runs. */
  readonly entry?: URL;
}

interface Waiting {
  resolve(reply: Exclude<PdfReply, { type: 'failed' }>): void;
  reject(error: unknown): void;
}

/**
 * A thread with one document. Drawing a page can take any time and any path through a large decoder, so that it happens where
 * it can be ended, and in memory of its own.
 */
export class PdfThread {
  readonly #worker: Worker;
  readonly #timeoutMs: number;
  readonly #signal: AbortSignal | undefined;
  readonly #abort = () => this.#end(this.#signal?.reason);
  #waiting: Waiting | undefined;
  #ended: { readonly error: unknown } | undefined;
  /** Time that the document may still take, Ms. */
  #leftMs: number;

  constructor(
    task: PdfTask,
    { timeoutMs, signal, entry = new URL(import.meta.resolve('#pdf-worker')) }: PdfThreadOptions,
  ) {
    this.#timeoutMs = timeoutMs;
    this.#leftMs = timeoutMs;
    this.#signal = signal;
    this.#worker = new Worker(entry, { workerData: task });
    this.#worker.on('message', (reply: PdfReply) => {
      if (reply.type === 'failed') this.#end(failed(reply));
      else this.#waiting?.resolve(reply);
    });
    this.#worker.on('error', (cause) => this.#end(unreadable(String(cause), cause)));
    this.#worker.on('exit', () => this.#end(unreadable('the decoder ended')));
    signal?.addEventListener('abort', this.#abort);
  }

  /** How many pages the document says it has. @throws `decoder-missing`, `pdf-locked`, `pdf-unreadable`, `pdf-timeout` */
  async opened(): Promise<number> {
    const reply = await this.#next();
    return reply.type === 'opened' ? reply.pages : 0;
  }

  /** Draws a page, RGB `[height, width, 3]`. @throws `pdf-unreadable`, `pdf-timeout`, `signal.reason` */
  async page(request: PageRequest) {
    const drawn = this.#next();
    this.#worker.postMessage(request);
    const reply = await drawn;
    if (reply.type !== 'page') throw unreadable('no page came');
    const { data, width, height } = reply;
    return { data, width, height };
  }

  /** Ends the thread, whatever it does. */
  async close(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#abort);
    await this.#worker.terminate();
  }

  async #next(): Promise<Exclude<PdfReply, { type: 'failed' }>> {
    if (this.#ended) throw this.#ended.error;
    const start = Date.now();
    const timer = setTimeout(() => this.#end(late(this.#timeoutMs)), this.#leftMs);
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting = { resolve, reject };
      });
    } finally {
      clearTimeout(timer);
      this.#waiting = undefined;
      this.#leftMs = Math.max(0, this.#leftMs - (Date.now() - start));
    }
  }

  #end(error: unknown): void {
    this.#ended ??= { error };
    this.#waiting?.reject(this.#ended.error);
  }
}

function failed({ why, said }: Extract<PdfReply, { type: 'failed' }>): TilingError {
  switch (why) {
    case 'missing':
      return new TilingError(
        'decoder-missing',
        'Expected the package @hyzyla/pdfium to draw pages of a PDF, it is not installed or does not load here; run "npm install @hyzyla/pdfium".',
        { format: 'pdf', package: '@hyzyla/pdfium', said },
      );
    case 'locked':
      return new TilingError(
        'pdf-locked',
        'Expected a PDF that opens, this one wants a password, or another one; pass it, or save the file without.',
        { said },
      );
    default:
      return unreadable(said);
  }
}

function unreadable(said: string, cause?: unknown): TilingError {
  return new TilingError(
    'pdf-unreadable',
    `Expected a whole PDF, this one is damaged or none (${said}); save it again, or send its pages as images.`,
    { said },
    { cause },
  );
}

function late(timeoutMs: number): TilingError {
  return new TilingError(
    'pdf-timeout',
    `Expected pages of a PDF within ${timeoutMs} ms, they took longer; ask for fewer, or send them as images.`,
    { timeoutMs },
  );
}
