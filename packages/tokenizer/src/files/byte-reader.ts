import { unreadable } from '../error.js';

/** Reads numbers and stretches of a binary file in order; going past the end throws with file and byte. */
export class ByteReader {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  at: number;
  readonly end: number;

  constructor(file: string, bytes: Uint8Array, at = 0, end = bytes.length) {
    this.file = file;
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
    this.end = end;
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  /** Moves on by `length` bytes and returns where they start. */
  skip(length: number): number {
    if (length < 0 || this.at + length > this.end) {
      throw this.error(
        `expected ${length} more bytes, got ${this.end - this.at}; the file is cut off or not of this kind`,
      );
    }
    const start = this.at;
    this.at += length;
    return start;
  }

  uint32(): number {
    return this.#view.getUint32(this.skip(4), true);
  }

  uint64(): number {
    return Number(this.#view.getBigUint64(this.skip(8), true));
  }

  float32(): number {
    return this.#view.getFloat32(this.skip(4), true);
  }

  float64(): number {
    return this.#view.getFloat64(this.skip(8), true);
  }

  error(problem: string): Error {
    return unreadable(this.file, `byte ${this.at}`, problem, { offset: this.at, size: this.bytes.length });
  }
}
