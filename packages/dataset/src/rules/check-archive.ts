import { excerptAt, type FindingSink } from './finding.js';

export interface ArchiveLimits {
  /** Most bytes an entry may declare; 1 GiB. */
  readonly maxEntryBytes?: number | undefined;
}

const BLOCK = 512;
const MAX_ENTRY = 1 << 30;
/** Most bytes of a long name or of pax records. */
const MAX_NAME = 1 << 20;

/** What a header says. */
interface Header {
  readonly name: string;
  readonly size: number;
  readonly type: string;
}

/**
 * Walks through the headers of a tar without unpacking anything: names that lead out, links, sizes that no one means, damage.
 * Memory stays at one piece of the stream.
 *
 * @param at tells the sink which entry comes next, counted from 1
 * @returns the number of entries
 */
export async function checkArchive(
  pieces: AsyncIterable<Uint8Array>,
  sink: FindingSink,
  at: (entry: number) => void,
  { maxEntryBytes = MAX_ENTRY }: ArchiveLimits = {},
): Promise<number> {
  const input = new Bytes(pieces);
  try {
    let entries = 0;
    let longName: string | undefined;
    let zeroBlocks = 0;
    for (;;) {
      const block = await input.take(BLOCK);
      at(entries + 1);
      if (block.length === 0) {
        return entries;
      }
      if (block.length < BLOCK) {
        sink.add(
          'archive-damaged',
          '',
          `Expected a header of ${BLOCK} bytes, got ${block.length} and the end.`,
          '',
        );
        return entries;
      }
      if (block.every((byte) => byte === 0)) {
        if (++zeroBlocks === 2) return entries;
        continue;
      }
      const header = zeroBlocks > 0 ? undefined : readHeader(block);
      if (header === undefined) {
        sink.add(
          'archive-damaged',
          '',
          'Expected a tar header, got other bytes.',
          excerptAt(latin1(block.subarray(0, 100))),
        );
        return entries;
      }
      const { size, type } = header;
      const naming = type === 'L' || type === 'K' || type === 'x' || type === 'g';
      if (size > (naming ? MAX_NAME : maxEntryBytes)) {
        sink.add(
          'archive-bomb',
          '',
          `Expected at most ${naming ? MAX_NAME : maxEntryBytes} bytes, the entry declares ${size}.`,
          excerptAt(header.name),
          { size },
        );
        return entries;
      }
      const padded = Math.ceil(size / BLOCK) * BLOCK;
      if (naming) {
        const content = await input.take(padded);
        if (content.length < padded) {
          sink.add('archive-damaged', '', 'Expected a long name, got the end.', '');
          return entries;
        }
        const text = new TextDecoder().decode(content.subarray(0, size));
        if (type === 'L') longName = text.replace(/\0+$/, '');
        if (type === 'x') longName = /(?:^|\n)\d+ path=([^\n]*)\n/.exec(text)?.[1] ?? longName;
        continue;
      }
      entries++;
      at(entries);
      checkEntry({ ...header, name: longName ?? header.name }, sink);
      longName = undefined;
      const missing = padded - (await input.skip(padded));
      if (missing > 0) {
        sink.add(
          'archive-damaged',
          '',
          `Expected ${size} bytes of content, the archive ends ${missing} bytes early.`,
          excerptAt(header.name),
        );
        return entries;
      }
    }
  } finally {
    await input.close();
  }
}

function checkEntry({ name, type }: Header, sink: FindingSink): void {
  const escapes =
    /^(?:[/\\]|[a-z]:)/i.test(name) || name.split(/[\\/]/).includes('..') || name.includes('\0');
  if (escapes) {
    sink.add(
      'archive-path',
      '',
      'Expected a plain relative name, got one that leads out of the folder.',
      excerptAt(name),
    );
  }
  if (type !== '0' && type !== '' && type !== '5' && type !== '7') {
    sink.add(
      'archive-link',
      '',
      `Expected a file, got an entry of type ${JSON.stringify(type)} (a link or a device).`,
      excerptAt(name),
      { type },
    );
  }
}

function readHeader(block: Uint8Array): Header | undefined {
  const sum = octal(block.subarray(148, 156));
  let own = 8 * 0x20;
  for (let at = 0; at < BLOCK; at++) if (at < 148 || at >= 156) own += block[at]!;
  const size = numberOf(block.subarray(124, 136));
  if (sum !== own || size === undefined) return undefined;
  const prefix = latin1(block.subarray(257, 262)) === 'ustar' ? field(block.subarray(345, 500)) : '';
  const name = field(block.subarray(0, 100));
  const type = latin1(block.subarray(156, 157)).replace('\0', '');
  return { name: prefix === '' ? name : `${prefix}/${name}`, size, type };
}

/** Octal digits, or GNU's binary form for large sizes. */
function numberOf(bytes: Uint8Array): number | undefined {
  if (((bytes[0] ?? 0) & 0x80) === 0) return octal(bytes);
  let value = (bytes[0] ?? 0) & 0x7f;
  for (const byte of bytes.subarray(1)) value = value * 256 + byte;
  return value;
}

function octal(bytes: Uint8Array): number | undefined {
  const text = field(bytes).trim();
  return /^[0-7]*$/.test(text) ? Number.parseInt(text || '0', 8) : undefined;
}

function field(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** Bytes of a stream, so many at a time. */
class Bytes {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** Fewer only at the end. */
  async take(count: number): Promise<Uint8Array> {
    const taken = new Uint8Array(count);
    let filled = 0;
    while (filled < count && (await this.#more())) {
      const part = this.#rest.subarray(0, count - filled);
      taken.set(part, filled);
      filled += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    return taken.subarray(0, filled);
  }

  /** @returns how many there were to skip */
  async skip(count: number): Promise<number> {
    let skipped = 0;
    while (skipped < count && (await this.#more())) {
      const part = Math.min(this.#rest.length, count - skipped);
      skipped += part;
      this.#rest = this.#rest.subarray(part);
    }
    return skipped;
  }

  async close(): Promise<void> {
    await this.#pieces.return?.();
  }

  async #more(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#pieces.next();
      if (done) return false;
      this.#rest = value;
    }
    return true;
  }
}
