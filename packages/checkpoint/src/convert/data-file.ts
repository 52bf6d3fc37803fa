import { sha256Of } from '../hash/digest.js';
import type { Layout } from '../write/layout.js';
import type { ConversionFolder, StreamingHash, WritableFile } from './conversion-folder.js';
import { type Journal, openJournal } from './journal.js';
import type { ResumePoint } from './resume.js';

export interface WriteDataOptions {
  /** Which conversion it is, for the journal. */
  readonly key: string;
  readonly blockBytes: number;
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of bytes there are so far. */
  readonly onBytes?: ((written: number) => void) | undefined;
}

export interface WrittenData {
  /** SHA-256 of the file, hexadecimal. */
  readonly sha256: string;
  /** SHA-256 of each block. */
  readonly blocks: readonly string[];
}

/**
 * Writes the tensors of a layout from where it stands to the last byte, each in the chunks it comes in, and zeros between
 * them. Whole blocks are written and noted in the journal.
 *
 * @throws `signal.reason` when aborted; what reading the weights throws
 */
export async function writeData(
  folder: ConversionFolder,
  layout: Layout,
  from: ResumePoint,
  options: WriteDataOptions,
): Promise<WrittenData> {
  const { key, blockBytes, signal, onBytes } = options;
  const journal = await openJournal(folder, key, from.blocks.length);
  try {
    const file = await folder.open(layout.file, from.blocks.length * blockBytes);
    try {
      const blocks = new BlockWriter(file, journal, from, blockBytes);
      let written = from.position;
      const write = async (bytes: Uint8Array) => {
        signal?.throwIfAborted();
        await blocks.append(bytes);
        written += bytes.byteLength;
        onBytes?.(written);
      };
      for (const { tensor, offset } of layout.entries) {
        if (offset < from.position) continue;
        if (offset > written) await write(new Uint8Array(offset - written));
        for await (const chunk of tensor.chunks({ signal })) await write(chunk);
        if (written !== offset + tensor.bytes) {
          throw new RangeError(
            `${tensor.name} wrote ${written - offset} bytes where ${tensor.bytes} were laid out`,
          );
        }
      }
      const result = await blocks.finish();
      await file.sync();
      return result;
    } finally {
      await file.close();
    }
  } finally {
    await journal.close();
  }
}

/** Collects bytes, writes them a block at a time and notes each block's hash. */
class BlockWriter {
  readonly #file: WritableFile;
  readonly #journal: Journal;
  readonly #hash: StreamingHash;
  readonly #blocks: string[];
  readonly #buffer: Uint8Array<ArrayBuffer>;
  #filled: number;

  constructor(file: WritableFile, journal: Journal, from: ResumePoint, blockBytes: number) {
    this.#file = file;
    this.#journal = journal;
    this.#hash = from.hash;
    this.#blocks = [...from.blocks];
    this.#buffer = new Uint8Array(blockBytes);
    this.#buffer.set(from.head);
    this.#filled = from.head.length;
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes);
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + this.#buffer.length - this.#filled);
      this.#buffer.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === this.#buffer.length) await this.#writeBlock();
    }
  }

  async finish(): Promise<WrittenData> {
    if (this.#filled > 0) await this.#writeBlock();
    return { sha256: this.#hash.hex(), blocks: this.#blocks };
  }

  async #writeBlock(): Promise<void> {
    const block = this.#buffer.subarray(0, this.#filled);
    const sha256 = await sha256Of(block);
    await this.#file.write(block);
    await this.#journal.add(sha256);
    this.#blocks.push(sha256);
    this.#filled = 0;
  }
}
