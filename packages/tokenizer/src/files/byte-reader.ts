import { unreadable } from '../error.js';

/** Reads numbers and stretches of a binary file in order; going past the end throws with file and byte. */
export class ByteReader {
  readonly #file: string;
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  at = 0;
  end: number;

  constructor(file: string, bytes: Uint8Array) {
    this.#file = file;
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = bytes.length;
  }

  /** Moves on by `length` bytes and returns a view of them with where they start. */
  skip(length: number): number {
    const start = this.at;
    if (start + length > this.end) throw this.error(`expected ${length} more bytes, got ${this.end - start}`);
    this.at += length;
    return start;
  }

  /** Four bytes as `read` takes them: `view.getFloat32(at, true)`. */
  number(length: number, read: (view: DataView, at: number) => number): number {
    return read(this.#view, this.skip(length));
  }

  error(problem: string): Error {
    return unreadable(this.#file, `byte ${this.at}`, problem, { offset: this.at, size: this.bytes.length });
  }
}
