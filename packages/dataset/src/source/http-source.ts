import { DatasetError } from '../error.js';
import { abortable } from './abortable.js';
import type { ByteSource, ReadOptions } from './byte-source.js';
import { type Compression, type Decompressor, decompressed, webDecompressors } from './compression.js';
import { streamBytes } from './stream-bytes.js';

/** The part of `fetch` that is used: one that signs requests fits. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface HttpOptions {
  readonly fetch?: Fetch | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Default: the name is the address without a query, which may hold a secret. */
  readonly name?: string | undefined;
  /** Of the file as stored, where it is known; readers of Parquet then fetch only the parts they need. */
  readonly size?: number | undefined;
  readonly decompressors?: Readonly<Record<Compression, Decompressor>> | undefined;
}

/**
 * A file behind an address; gzip and zstd files are unpacked. `start` and `end` become a Range request and address the
 * bytes as stored.
 *
 * Its stream throws `network` (no answer, status, cut body) and `range-unsupported` (the server ignores Range).
 */
export function httpSource(
  url: string | URL,
  {
    fetch = (address, init) => globalThis.fetch(address, init),
    headers = {},
    name = nameOf(url),
    size,
    decompressors = webDecompressors,
  }: HttpOptions = {},
): ByteSource {
  return {
    name,
    size,
    seekable: true,
    stream({ start, end, signal }: ReadOptions = {}) {
      const ranged = start !== undefined || end !== undefined;
      const pieces = body(name, async () => {
        const range = ranged && { range: `bytes=${start ?? 0}-${end === undefined ? '' : end - 1}` };
        const response = await fetch(String(url), {
          headers: { ...headers, ...range },
          ...(signal && { signal }),
        });
        if (!response.ok) {
          await response.body?.cancel();
          throw new DatasetError(
            response.status === 404 ? 'file-missing' : 'network',
            `Expected ${name} to be served, got status ${response.status}; check the address and your rights.`,
            { file: name, status: response.status },
          );
        }
        if (ranged && response.status !== 206) {
          await response.body?.cancel();
          throw new DatasetError(
            'range-unsupported',
            `Expected ${name} in parts, got a server that sends it whole; fetch the file first.`,
            { file: name },
          );
        }
        return response;
      });
      const stream = abortable(pieces, signal);
      return ranged ? stream : decompressed(stream, name, decompressors);
    },
  };
}

/**
 * The size of what is behind an address, in bytes, by a HEAD request; undefined when the server does not say, or does not
 * give parts.
 */
export async function httpSize(
  url: string | URL,
  { fetch = (address, init) => globalThis.fetch(address, init), headers = {} }: HttpOptions = {},
  signal?: AbortSignal,
): Promise<number | undefined> {
  const response = await fetch(String(url), {
    method: 'HEAD',
    headers: { ...headers },
    ...(signal && { signal }),
  }).catch((error: unknown) => {
    signal?.throwIfAborted();
    if (DatasetError.is(error)) throw error;
    // Reading will meet the same, and say so.
    return undefined;
  });
  if (response === undefined) return undefined;
  const length = response.headers.get('content-length');
  if (response.headers.get('accept-ranges') !== 'bytes') return undefined;
  return response.ok && length !== null && !response.headers.has('content-encoding')
    ? Number(length)
    : undefined;
}

async function* body(
  name: string,
  request: () => Promise<Response>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    const response = await request();
    if (response.body === null) return;
    yield* streamBytes<Uint8Array>(response.body);
  } catch (cause) {
    if (DatasetError.is(cause) || (cause instanceof Error && cause.name === 'AbortError')) throw cause;
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new DatasetError(
      'network',
      `Expected ${name} whole, got a connection that failed (${said}); check the network and run again.`,
      { file: name },
      { cause },
    );
  }
}

function nameOf(url: string | URL): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
