import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { DatasetError } from '../error.js';
import { abortable } from '../source/abortable.js';
import type { ByteSource, ReadOptions } from '../source/byte-source.js';
import { decompressed } from '../source/compression.js';
import { nodeDecompressors } from './decompressors.js';

const PIECE = 256 * 1024;

/**
 * A file on disk; gzip and zstd are unpacked, told by their first bytes. `start` and `end` address bytes as stored.
 *
 * @throws `file-missing`, `file-unusable` (a folder, no rights)
 */
export async function fileSource(path: string, name = path): Promise<ByteSource> {
  const facts = await stat(path).catch((cause: unknown) => {
    throw unusable(name, cause);
  });
  if (facts.isDirectory()) {
    throw new DatasetError('file-unusable', `Expected a file, got the folder ${name}; name a file in it.`, {
      file: name,
    });
  }
  const regular = facts.isFile();
  return {
    name,
    ...(regular && { size: facts.size }),
    seekable: regular,
    stream({ start, end, signal }: ReadOptions = {}) {
      const ranged = start !== undefined || end !== undefined;
      const pieces = abortable(read(path, name, start ?? 0, end), signal);
      return ranged ? pieces : decompressed(pieces, name, nodeDecompressors);
    },
  };
}

async function* read(
  path: string,
  name: string,
  start: number,
  end: number | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (end !== undefined && end <= start) return;
  const stream = createReadStream(path, {
    highWaterMark: PIECE,
    ...(start > 0 && { start }),
    ...(end !== undefined && { end: end - 1 }),
  });
  try {
    for await (const piece of stream) yield piece;
  } catch (cause) {
    throw unusable(name, cause);
  } finally {
    stream.destroy();
  }
}

/** What a failed system call on a file means. */
export function unusable(name: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || !('code' in cause)) return cause;
  switch (cause.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new DatasetError(
        'file-missing',
        `Expected a file at ${name}, got none; check the path.`,
        { file: name },
        { cause },
      );
    case 'EACCES':
    case 'EPERM':
    case 'EISDIR':
      return new DatasetError(
        'file-unusable',
        `Expected a file that may be used at ${name}, got ${cause.code}; check the path and its permissions.`,
        { file: name, errno: cause.code },
        { cause },
      );
    case 'ENOSPC':
      return new DatasetError(
        'disk-full',
        `Expected room for ${name}, the disk is full; free some space and run again.`,
        { file: name },
        { cause },
      );
    default:
      return cause;
  }
}
