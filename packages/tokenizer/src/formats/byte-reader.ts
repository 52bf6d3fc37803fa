import { unreadable } from '../error.js';

/** Reads numbers and stretches of a binary file in order; going past the end throws with file and byte. */
export class ByteReader {
  readonly #file: string;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  at = 0;

  constructor(file: string, bytes: Uint8Array) {
    this.#file = file;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Moves on by `length` bytes and returns them. */
  take(length: number): Uint8Array {
    const start = this.at;
    if (start + length > this.#bytes.length)
      throw this.error(`${length} more bytes`, this.#bytes.length - start);
    this.at += length;
    return this.#bytes.subarray(start, this.at);
  }

  /** A number of some bytes, as `read` takes it: `view.getFloat32(at, true)`. */
  number(length: number, read: (view: DataView, at: number) => number): number {
    this.take(length);
    return read(this.#view, this.at - length);
  }

  error(expected: string, got?: unknown): Error {
    return unreadable(this.#file, `byte ${this.at}`, expected, got);
  }
}
