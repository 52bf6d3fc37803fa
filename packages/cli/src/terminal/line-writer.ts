import { once } from 'node:events';
import type { Writable } from 'node:stream';

const PIECE = 64 * 1024;

/** Writes many small lines to a stream in larger pieces, and waits where the reader is slower. */
export class LineWriter {
  readonly #stream: Writable;
  readonly #signal: AbortSignal;
  #pending = '';

  constructor(stream: Writable, signal: AbortSignal) {
    this.#stream = stream;
    this.#signal = signal;
  }

  /** @returns a promise where the stream is to be waited for */
  write(line: string): Promise<void> | undefined {
    this.#pending += line;
    return this.#pending.length < PIECE ? undefined : this.flush();
  }

  /** @throws `signal.reason` when aborted while waiting */
  async flush(): Promise<void> {
    if (this.#pending === '') return;
    const piece = this.#pending;
    this.#pending = '';
    if (this.#stream.write(piece)) return;
    try {
      await once(this.#stream, 'drain', { signal: this.#signal });
    } catch (error) {
      this.#signal.throwIfAborted();
      throw error;
    }
  }
}
