import { mkdir, open, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InternVLError } from '@internvl/backend';
import { hasCode } from '../source/error-code.js';

/** What a conversion asks of the disk; to pass one's own is for tests and for disks that Node can't see. */
export interface ConversionFileSystem {
  /** Bytes that this user can still write in a folder that exists. */
  freeBytes(directory: string): Promise<number>;
  /** A new, empty file. */
  create(path: string): Promise<WritableFile>;
}

export interface WritableFile {
  /** Appends all of `bytes`. */
  write(bytes: Uint8Array): Promise<void>;
  /** Waits until everything is on the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Node's own files. */
export const nodeFileSystem: ConversionFileSystem = {
  async freeBytes(directory) {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  },
  async create(path) {
    await mkdir(dirname(path), { recursive: true });
    const handle = await open(path, 'wx');
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
