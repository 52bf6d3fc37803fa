import { createHash } from 'node:crypto';
import { mkdir, open, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InternVLError } from '@internvl/backend';
import { hasCode } from '../source/error-code.js';
import type { ConversionFolder, WritableFile } from './conversion-folder.js';

/** What a conversion asks of the disk; to pass one's own is for tests and for disks that Node can't see. */
export interface ConversionFileSystem {
  /** Bytes that this user can still write in a folder that exists. */
  freeBytes(directory: string): Promise<number>;
  /** A file to append to: new and empty, or one that exists, cut to its first `keep` bytes. */
  create(path: string, keep?: number): Promise<WritableFile>;
}

/** Node's own files. */
export const nodeFileSystem: ConversionFileSystem = {
  async freeBytes(directory) {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  },
  async create(path, keep = 0) {
    await mkdir(dirname(path), { recursive: true });
    const handle = await open(path, 'a');
    await handle.truncate(keep);
    return {
      async write(bytes) {
        for (let done = 0; done < bytes.byteLength; ) {
          const { bytesWritten } = await handle.write(bytes, done);
          done += bytesWritten;
        }
      },
      sync: () => handle.datasync(),
      close: () => handle.close(),
    };
  },
};

/** A folder on the disk for a conversion to go into. */
export function nodeFolder(directory: string, fileSystem: ConversionFileSystem): ConversionFolder {
  const place = dirname(directory);
  return {
    size: (name) => fileSize(join(directory, name)),
    async read(name, offset, length) {
      const handle = await open(join(directory, name));
      try {
        const bytes = new Uint8Array(length);
        const { bytesRead } = await handle.read(bytes, 0, length, offset);
        return bytes.slice(0, bytesRead);
      } finally {
        await handle.close();
      }
    },
    open: (name, keep) => fileSystem.create(join(directory, name), keep),
    remove: (name) => rm(join(directory, name), { force: true }),
    hash() {
      const hash = createHash('sha256');
      return { update: (bytes) => hash.update(bytes), hex: () => hash.digest('hex') };
    },
    free: () => fileSystem.freeBytes(place),
    full: (needed, free = 0, cause) => diskFull(place, needed, free, cause),
    isFull: isDiskFull,
  };
}

async function fileSize(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
}

/** The error for a disk that is too small. Both numbers are bytes. */
export function diskFull(directory: string, needed: number, free: number, cause?: unknown): InternVLError {
  return new InternVLError(
    'disk-full',
    `Expected room for ${megabytes(needed)} in ${directory}, ${megabytes(free)} are free; free some space or choose another folder.`,
    { directory, needed, free },
    { cause },
  );
}

/** Whether writing failed for want of space. */
export function isDiskFull(error: unknown): boolean {
  return hasCode(error, 'ENOSPC') || hasCode(error, 'EDQUOT');
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}
