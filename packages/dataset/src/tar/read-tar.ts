import { BLOCK, readHeader } from './header.js';

/** One file of a tar. */
export interface TarMember {
  readonly name: string;
  /** Of its header, in the (decompressed) tar. */
  readonly byteOffset: number;
  readonly size: number;
  /** Undefined when it is larger than allowed, and passed over. */
  readonly bytes?: Uint8Array;
}

/** Why reading stopped before the end. */
export interface TarFault {
  /** `no-end`: all members are whole, but the zero blocks that close a tar are missing. */
  readonly fault: 'cut' | 'no-header' | 'no-end';
  readonly byteOffset: number;
}

/**
 * The files of a tar in order; folders and links are passed over. A member above `mostBytes` comes without its bytes.
 * Where the tar is cut or no header stands where one should, a fault is the last thing given.
 */
export async function* readTar(
  pieces: AsyncIterable<Uint8Array>,
  mostBytes: number,
): AsyncGenerator<TarMember | TarFault, void, undefined> {
  const reader = new BlockReader(pieces[Symbol.asyncIterator]());
  let name: string | undefined;
  let size: number | undefined;
  try {
    for (;;) {
      const byteOffset = reader.position;
      const block = await reader.take(BLOCK);
      if (block.length === 0) {
        yield { fault: 'no-end', byteOffset };
        return;
      }
      if (block.length < BLOCK) {
        yield { fault: 'cut', byteOffset };
        return;
      }
      // Two zero blocks end a tar; some writers pad with more.
      if (block.every((byte) => byte === 0)) return;
      const header = readHeader(block);
      if (header === undefined) {
        yield { fault: 'no-header', byteOffset };
        return;
      }
      const bytes = size ?? header.size;
      const padding = (BLOCK - (bytes % BLOCK)) % BLOCK;
      const isFile = header.type === '0' || header.type === '7';
      const isNote = header.type === 'L' || header.type === 'x';
      const wanted = isFile ? mostBytes : isNote ? 2 ** 20 : 0;
      const content = bytes <= wanted ? await reader.take(bytes) : await reader.skip(bytes);
      if (content === undefined || (content.length < bytes && bytes <= wanted)) {
        yield { fault: 'cut', byteOffset };
        return;
      }
      await reader.skip(padding);
      if (isNote) {
        const text = new TextDecoder().decode(content);
        if (header.type === 'L') name = text.replace(/\0.*$/s, '');
        else {
          name = paxValue(text, 'path') ?? name;
          const stated = Number(paxValue(text, 'size'));
          if (Number.isSafeInteger(stated) && stated > 0) size = stated;
        }
        continue;
      }
      if (isFile) {
        const member = { name: name ?? header.name, byteOffset, size: bytes };
        yield bytes <= wanted ? { ...member, bytes: content } : member;
      }
      name = undefined;
      size = undefined;
    }
  } finally {
    await reader.close();
  }
}

function paxValue(text: string, key: string): string | undefined {
  return new RegExp(`(?:^|\\n)\\d+ ${key}=(.*)\\n`).exec(text)?.[1];
}

class BlockReader {
  position = 0;
  readonly #iterator: AsyncIterator<Uint8Array>;
  #piece: Uint8Array = new Uint8Array(0);

  constructor(iterator: AsyncIterator<Uint8Array>) {
    this.#iterator = iterator;
  }

  /** Up to `length` bytes; fewer at the end. */
  async take(length: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let filled = 0;
    while (filled < length && (await this.#more())) {
      const part = this.#piece.slice(0, length - filled);
      this.#piece = this.#piece.subarray(part.length);
      parts.push(part);
      filled += part.length;
    }
    this.position += filled;
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return only;
    const bytes = new Uint8Array(filled);
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  /** Passes over bytes; undefined when there are fewer. */
  async skip(length: number): Promise<Uint8Array | undefined> {
    let left = length;
    while (left > 0) {
      if (!(await this.#more())) return undefined;
      const part = Math.min(left, this.#piece.length);
      this.#piece = this.#piece.subarray(part);
      this.position += part;
      left -= part;
    }
    return new Uint8Array(0);
  }

  async #more(): Promise<boolean> {
    while (this.#piece.length === 0) {
      const next = await this.#iterator.next();
      if (next.done) return false;
      this.#piece = next.value;
    }
    return true;
  }

  async close(): Promise<void> {
    await this.#iterator.return?.();
  }
}
