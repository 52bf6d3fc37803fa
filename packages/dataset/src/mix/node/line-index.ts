import { type FileHandle, open } from 'node:fs/promises';
import { DatasetError } from '../../error.js';

const PIECE = 1 << 20;
const NEWLINE = 0x0a;

/** The rows of a JSON Lines file in any order: eight bytes a row are held, the rows themselves stay on disk. */
export class LineIndex {
  readonly #path: string;
  readonly #file: FileHandle;
  /** Where each row begins, and where the last one ends. */
  readonly #starts: Float64Array;

  private constructor(path: string, file: FileHandle, starts: Float64Array) {
    this.#path = path;
    this.#file = file;
    this.#starts = starts;
  }

  /**
   * Finds the rows of a file; blank lines are none.
   *
   * @throws `file-missing`; `invalid-option` for a compressed file, which can't be read from the middle; `signal.reason`
   */
  static async open(path: string, signal?: AbortSignal): Promise<LineIndex> {
    const file = await open(path).catch((cause: unknown) => {
      throw new DatasetError(
        'file-missing',
        `Expected a file ${path}, found none; check the path.`,
        { path },
        { cause },
      );
    });
    try {
      const magic = Buffer.alloc(4);
      await file.read(magic, 0, 4, 0);
      if ((magic[0] === 0x1f && magic[1] === 0x8b) || magic.readUInt32LE() === 0xfd2fb528) {
        throw new DatasetError(
          'invalid-option',
          `Expected plain JSON Lines, got the compressed file ${path}; decompress it first: mixing reads rows in any order.`,
          { path },
        );
      }
      return new LineIndex(path, file, await rowStarts(file, signal));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get rows(): number {
    return this.#starts.length - 1;
  }

  /** The text of a row, from 0. */
  async read(row: number): Promise<string> {
    const [start, end] = [this.#starts[row], this.#starts[row + 1]];
    if (start === undefined || end === undefined) {
      throw new DatasetError(
        'invalid-option',
        `Expected a row below ${this.rows} of ${this.#path}, got ${row}.`,
        {
          path: this.#path,
          row,
        },
      );
    }
    const bytes = Buffer.alloc(end - start);
    const { bytesRead } = await this.#file.read(bytes, 0, bytes.length, start);
    if (bytesRead < bytes.length) {
      throw new DatasetError(
        'file-changed',
        `Expected ${this.#path} to stay as it was, it became shorter; start again.`,
        {
          path: this.#path,
        },
      );
    }
    return bytes.toString('utf8').trim();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** Starts of all lines that hold more than white space, and the end of the last. */
async function rowStarts(file: FileHandle, signal: AbortSignal | undefined): Promise<Float64Array> {
  const starts: number[] = [];
  const piece = Buffer.alloc(PIECE);
  let [at, lineStart, blank] = [0, 0, true];
  for (;;) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(piece, 0, PIECE, at);
    if (bytesRead === 0) break;
    for (let index = 0; index < bytesRead; index++) {
      const byte = piece[index]!;
      if (byte === NEWLINE) {
        if (!blank) starts.push(lineStart);
        lineStart = at + index + 1;
        blank = true;
      } else if (byte > 0x20) blank = false;
    }
    at += bytesRead;
  }
  if (!blank) starts.push(lineStart);
  return Float64Array.from([...starts, at]);
}
