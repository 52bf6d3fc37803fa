import { DatasetError } from '../error.js';
import { streamBytes, streamOf } from './stream-bytes.js';

/** How a file is packed, told by its first bytes, never by its name. */
export type Compression = 'gzip' | 'zstd';

/** Turns packed pieces into plain ones. */
export type Decompressor = (pieces: AsyncIterable<Uint8Array>, name: string) => AsyncIterable<Uint8Array>;

function compressionOf(head: Uint8Array): Compression | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return 'zstd';
  return undefined;
}

/**
 * The plain bytes of a stream that may be gzip or zstd.
 *
 * @throws `compression-damaged` when it is cut or wrong; `zstd-missing` when nothing here can read zstd
 */
export async function* decompressed(
  pieces: AsyncIterable<Uint8Array>,
  name: string,
  decompressors: Readonly<Record<Compression, Decompressor>> = webDecompressors,
): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = pieces[Symbol.asyncIterator]();
  try {
    let head: Uint8Array = new Uint8Array(0);
    let next = await iterator.next();
    while (!next.done) {
      head = head.length === 0 ? next.value : joined(head, next.value);
      if (head.length >= 4) break;
      next = await iterator.next();
    }
    if (head.length === 0) return;
    const compression = compressionOf(head);
    const whole = prefixed(head, iterator);
    yield* compression === undefined ? whole : decompressors[compression](whole, name);
  } finally {
    await iterator.return?.();
  }
}

/** What every runtime has: `DecompressionStream` for gzip, the optional peer `fzstd` for zstd. */
export const webDecompressors: Readonly<Record<Compression, Decompressor>> = {
  async *gzip(pieces, name) {
    const ours = pieces[Symbol.asyncIterator]();
    let upstream: { readonly error: unknown } | undefined;
    const watched: AsyncIterable<BufferSource> = {
      [Symbol.asyncIterator]: () => ({
        async next() {
          try {
            const { done, value } = await ours.next();
            return done ? { done: true, value: undefined } : { done: false, value: new Uint8Array(value) };
          } catch (error) {
            upstream = { error };
            throw error;
          }
        },
        async return() {
          await ours.return?.();
          return { done: true, value: undefined };
        },
      }),
    };
    const plain = streamOf(watched).pipeThrough(new DecompressionStream('gzip'));
    try {
      yield* streamBytes(plain);
    } catch (cause) {
      throw upstream === undefined ? damaged(name, 'gzip', cause) : upstream.error;
    }
  },
  async *zstd(pieces, name) {
    const { Decompress } = await fzstd(name);
    const ready: Uint8Array[] = [];
    const stream = new Decompress((chunk) => ready.push(chunk));
    // The library says nothing at an end in the middle of a frame unless a last push asks it.
    for await (const piece of pieces) {
      attempt(name, () => stream.push(piece));
      yield* ready.splice(0);
    }
    attempt(name, () => stream.push(new Uint8Array(0), true));
    yield* ready.splice(0);
  },
};

function attempt(name: string, step: () => void): void {
  try {
    step();
  } catch (cause) {
    throw damaged(name, 'zstd', cause);
  }
}

async function fzstd(name: string): Promise<typeof import('fzstd')> {
  try {
    return await import('fzstd');
  } catch (cause) {
    throw new DatasetError(
      'zstd-missing',
      `Expected a reader of zstd for ${name}, got none; install it with npm install fzstd, or use Node 22.15 or later.`,
      { file: name, package: 'fzstd' },
      { cause },
    );
  }
}

/** The error for a packed file that does not unpack. */
export function damaged(name: string, compression: Compression, cause: unknown): DatasetError {
  const said = cause instanceof Error ? cause.message : String(cause);
  return new DatasetError(
    'compression-damaged',
    `Expected whole ${compression} data in ${name}, got a cut or damaged file (${said}); fetch it again.`,
    { file: name, compression },
    { cause },
  );
}

async function* prefixed(
  head: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array {
  const both = new Uint8Array(left.length + right.length);
  both.set(left);
  both.set(right, left.length);
  return both;
}
