import { DatasetError } from '../error.js';
import { abortable } from './abortable.js';
import type { ByteSource, ReadOptions } from './byte-source.js';
import { decompressed } from './compression.js';
import { streamBytes } from './stream-bytes.js';

/** What readers take: a source, a file of the page, a response's body, pieces of bytes or text, or bytes in memory. */
export type Input =
  | ByteSource
  | Blob
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array | string>
  | readonly (Uint8Array | string)[]
  | Uint8Array;

/**
 * Any input as a source. Streams and iterables can be read once; gzip and zstd are unpacked, told by their first bytes.
 *
 * @param name for messages; a `File` has its own
 * @throws `invalid-option` for anything else
 */
export function sourceOf(input: Input, name?: string): ByteSource {
  if (typeof input !== 'object' || input === null) {
    throw new DatasetError(
      'invalid-option',
      `Expected a Blob, a stream, bytes or a list of pieces, got ${typeof input}; a path goes to @internvl/dataset/node, a text into a list: [text].`,
      { type: typeof input },
    );
  }
  if (isByteSource(input)) {
    if (name === undefined || name === input.name) return input;
    const { size, seekable } = input;
    return { name, size, seekable, stream: (options) => input.stream(options) };
  }
  if (input instanceof Uint8Array) return memorySource(input, name);
  if (input instanceof Blob) return blobSource(input, name);
  const called = name ?? 'input';
  const pieces = input instanceof ReadableStream ? streamBytes(input) : encoded(input);
  return {
    name: called,
    seekable: false,
    stream: ({ signal }: ReadOptions = {}) => decompressed(abortable(pieces, signal), called),
  };
}

/** Bytes in memory, unpacked when they are gzip or zstd. */
export function memorySource(bytes: Uint8Array, name = 'input'): ByteSource {
  return blobSource(new Blob([new Uint8Array(bytes)]), name);
}

function blobSource(blob: Blob, name?: string): ByteSource {
  const called = name ?? ('name' in blob && typeof blob.name === 'string' ? blob.name : 'input');
  return {
    name: called,
    size: blob.size,
    seekable: true,
    stream({ start, end, signal }: ReadOptions = {}) {
      const ranged = start !== undefined || end !== undefined;
      const pieces = streamBytes(
        blob.slice(Math.min(start ?? 0, blob.size), Math.min(end ?? blob.size, blob.size)).stream(),
      );
      const stream = abortable<Uint8Array>(pieces, signal);
      return ranged ? stream : decompressed(stream, called);
    },
  };
}

function isByteSource(input: Input): input is ByteSource {
  return 'seekable' in input && 'stream' in input && typeof input.stream === 'function';
}

async function* encoded(
  pieces: AsyncIterable<Uint8Array | string> | readonly (Uint8Array | string)[],
): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder();
  for await (const piece of pieces) yield typeof piece === 'string' ? encoder.encode(piece) : piece;
}
