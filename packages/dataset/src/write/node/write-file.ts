import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable, type Transform } from 'node:stream';
import { createGzip } from 'node:zlib';
import { DatasetError } from '../../error.js';
import { zstdTransform } from '../../node/decompressors.js';
import { unusable } from '../../node/file-source.js';
import { isS3, type S3Options } from '../../node/s3-source.js';
import type { FileDigest } from '../lineage.js';
import { writeS3 } from './write-s3.js';

export interface WriteOptions {
  /** Default: by the name, `.gz` or `.zst`. */
  readonly compression?: 'none' | 'gzip' | 'zstd' | undefined;
  /** For `s3://` names. */
  readonly s3?: S3Options | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a file whole or not at all: under a temporary name beside it, renamed when the last byte is written. What
 * was there before stays until then; an error or an abort on the way leaves nothing behind. An `s3://` name is written
 * in parts that become an object when all are there.
 *
 * @throws what the pieces throw; `disk-full`, `file-unusable`, `zstd-missing`; `signal.reason` when aborted
 */
export async function writeFile(
  path: string,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { compression = compressionFor(path), s3, signal }: WriteOptions = {},
): Promise<FileDigest> {
  signal?.throwIfAborted();
  const packed = compression === 'none' ? pieces : compressed(pieces, compression, path);
  const hash = createHash('sha256');
  let bytes = 0;
  const seen = async function* () {
    for await (const piece of packed) {
      signal?.throwIfAborted();
      hash.update(piece);
      bytes += piece.length;
      yield piece;
    }
    signal?.throwIfAborted();
  };
  if (isS3(path)) await writeS3(path, seen(), s3, signal);
  else await writeLocal(path, seen());
  return { name: path, bytes, sha256: hash.digest('hex') };
}

async function writeLocal(path: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const temporary = `${path}.${randomUUID()}.part`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      let held: Uint8Array[] = [];
      let size = 0;
      const flush = async () => {
        // One system call for many small pieces.
        if (size > 0) await file.writev(held.splice(0));
        held = [];
        size = 0;
      };
      for await (const piece of pieces) {
        if (piece.length === 0) continue;
        held.push(piece);
        size += piece.length;
        if (size >= 2 ** 18 || held.length >= 512) await flush();
      }
      await flush();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw unusable(path, cause);
  }
}

function compressionFor(path: string): 'none' | 'gzip' | 'zstd' {
  return /\.gz$/i.test(path) ? 'gzip' : /\.zst$/i.test(path) ? 'zstd' : 'none';
}

async function* compressed(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  compression: 'gzip' | 'zstd',
  path: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const output: Transform | undefined =
    compression === 'gzip' ? createGzip() : zstdTransform('createZstdCompress');
  if (output === undefined) {
    throw new DatasetError(
      'zstd-missing',
      `Expected a writer of zstd for ${path}, got Node ${process.versions.node}, which has none; use Node 22.15 or later, or write .gz.`,
      { file: path, node: process.versions.node },
    );
  }
  const input = Readable.from(pieces, { objectMode: false });
  input.on('error', (error) => output.destroy(error));
  input.pipe(output);
  try {
    for await (const piece of output) yield piece;
  } finally {
    input.destroy();
    output.destroy();
  }
}
