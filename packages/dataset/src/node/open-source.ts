import { fileURLToPath } from 'node:url';
import { DatasetError } from '../error.js';
import { abortable } from '../source/abortable.js';
import type { ByteSource, ReadOptions } from '../source/byte-source.js';
import { decompressed } from '../source/compression.js';
import { type Fetch, httpSize, httpSource } from '../source/http-source.js';
import { nodeDecompressors } from './decompressors.js';
import { fileSource } from './file-source.js';
import { glob, isGlob } from './glob.js';
import { isS3, type S3Options, s3List, s3Size, s3Source } from './s3-source.js';

export interface OpenOptions {
  /** For addresses and S3. */
  readonly fetch?: Fetch | undefined;
  /** Sent with requests to http(s) addresses. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Where `s3://` leads and with which keys. Default: from the environment variables `AWS_…`. */
  readonly s3?: S3Options | undefined;
  /** What `-` stands for. */
  readonly stdin?: AsyncIterable<Uint8Array> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One source by its name: a path, a `file:`, `http(s):` or `s3:` address, or `-` for standard input.
 *
 * @throws `file-missing`, `file-unusable`, `invalid-option`
 */
export async function openSource(name: string | URL, options: OpenOptions = {}): Promise<ByteSource> {
  const text = String(name);
  if (text === '-') return stdinSource(options.stdin);
  if (/^https?:\/\//i.test(text)) {
    const { fetch, headers } = options;
    const size = isParquet(text) ? await httpSize(text, { fetch, headers }, options.signal) : undefined;
    return httpSource(text, { fetch, headers, size, decompressors: nodeDecompressors });
  }
  if (isS3(text)) return openS3(text, options);
  return fileSource(/^file:/i.test(text) ? fileURLToPath(text) : text);
}

/**
 * All sources that names stand for, in the order given; a pattern gives its files sorted. A path that exists is never
 * taken for a pattern.
 *
 * @throws `file-missing` also when a pattern fits nothing
 */
export async function openSources(
  names: readonly (string | URL)[],
  options: OpenOptions = {},
): Promise<ByteSource[]> {
  const sources: ByteSource[] = [];
  for (const name of names) {
    const text = String(name);
    const plain = text === '-' || /^(https?|file):/i.test(text) || !isGlob(text);
    if (plain) {
      sources.push(await openSource(name, options));
      continue;
    }
    if (isS3(text)) {
      const found = await s3List(text, { fetch: options.fetch, ...options.s3 }, options.signal);
      if (found.length === 0) throw nothingFits(text);
      for (const each of found) sources.push(await openS3(each, options));
      continue;
    }
    const literal = await fileSource(text).catch((error: unknown) => {
      if (DatasetError.is(error, 'file-missing')) return undefined;
      throw error;
    });
    const found = literal === undefined ? await glob(text) : [];
    if (literal !== undefined) sources.push(literal);
    else if (found.length === 0) throw nothingFits(text);
    for (const path of found) sources.push(await fileSource(path));
  }
  return sources;
}

/** Parquet is read by parts, which takes its size. */
function isParquet(name: string): boolean {
  return /\.parquet(\?|$)/i.test(name);
}

async function openS3(name: string, { fetch, s3, signal }: OpenOptions): Promise<ByteSource> {
  const settings = { fetch, ...s3 };
  return s3Source(name, settings, isParquet(name) ? await s3Size(name, settings, signal) : undefined);
}

function nothingFits(pattern: string): DatasetError {
  return new DatasetError(
    'file-missing',
    `Expected files that fit ${pattern}, got none; check the pattern.`,
    {
      file: pattern,
    },
  );
}

function stdinSource(stdin: AsyncIterable<Uint8Array> | undefined): ByteSource {
  const pieces = stdin ?? process.stdin;
  return {
    name: '-',
    seekable: false,
    stream: ({ signal }: ReadOptions = {}) => decompressed(abortable(pieces, signal), '-', nodeDecompressors),
  };
}
