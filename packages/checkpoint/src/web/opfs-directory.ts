import { InternVLError } from '@internvl/backend';
import type { WritableFile } from '../convert/conversion-folder.js';
import { pause } from '../hub/pause.js';
import type { StoreDirectory } from './store-directory.js';

/** Another worker that just ended gives its files back a moment later. */
const RETRIES = 50;
const RETRY_MS = 100;

/** A folder of the browser's own file system (OPFS). */
export function opfsDirectory(handle: FileSystemDirectoryHandle): StoreDirectory {
  return {
    async directory(name, { create = false } = {}) {
      const inside = await unlessMissing(handle.getDirectoryHandle(name, { create }));
      return inside && opfsDirectory(inside);
    },
    async entries() {
      const entries = [];
      for await (const { name, kind } of handle.values()) entries.push({ name, kind });
      return entries;
    },
    async file(name) {
      const file = await unlessMissing(handle.getFileHandle(name));
      return file && unlessMissing(file.getFile());
    },
    async open(name, keep) {
      const file = await handle.getFileHandle(name, { create: true });
      return opensAtOnce(file) ? syncFile(await whenFree(file, name), keep) : streamFile(file, keep);
    },
    async remove(name) {
      await unlessMissing(handle.removeEntry(name, { recursive: true }));
    },
  };
}

/** What workers have and pages have not: bytes are in the file when `write` returns. */
interface SyncAccess {
  write(bytes: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

interface SyncFileHandle extends FileSystemFileHandle {
  createSyncAccessHandle(): Promise<SyncAccess>;
}

function opensAtOnce(file: FileSystemFileHandle): file is SyncFileHandle {
  return 'createSyncAccessHandle' in file;
}

async function whenFree(file: SyncFileHandle, name: string): Promise<SyncAccess> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await file.createSyncAccessHandle();
    } catch (cause) {
      if (!isNamed(cause, 'NoModificationAllowedError')) throw cause;
      if (attempt < RETRIES) await pause(RETRY_MS, undefined);
      else {
        throw new InternVLError(
          'conversion-locked',
          `Expected to write ${name}, it is open in another tab; close the other tabs of this page.`,
          { file: name },
          { cause },
        );
      }
    }
  }
}

function syncFile(access: SyncAccess, keep: number): WritableFile {
  access.truncate(keep);
  let at = keep;
  return {
    async write(bytes) {
      const written = access.write(bytes, { at });
      at += written;
      if (written < bytes.byteLength) {
        throw new DOMException(`${written} of ${bytes.byteLength} bytes were written`, 'QuotaExceededError');
      }
    },
    async sync() {
      access.flush();
    },
    async close() {
      access.close();
    },
  };
}

/** In a page: what was written is kept when the file is closed, and lost when the tab is. */
async function streamFile(file: FileSystemFileHandle, keep: number): Promise<WritableFile> {
  const stream = await file.createWritable({ keepExistingData: keep > 0 });
  await stream.truncate(keep);
  await stream.seek(keep);
  return {
    write: (bytes) => stream.write(Uint8Array.from(bytes)),
    async sync() {},
    close: () => stream.close(),
  };
}

async function unlessMissing<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (isNamed(error, 'NotFoundError')) return undefined;
    throw error;
  }
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof DOMException && error.name === name;
}
