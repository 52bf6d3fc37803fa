import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ByteStore, StoredBytes } from '../tile-store/byte-store.js';

/** What a program that was killed left half written is removed when it is so old. */
const ABANDONED_MS = 10 * 60_000;

/**
 * A byte store in a folder, one file for each name. A file is written under another name and renamed, so that several
 * processes can share the folder. `now` gives Ms since 1970.
 *
 * @throws what the file system throws when the folder cannot be made
 */
export async function folderByteStore(
  folder: string,
  { now = Date.now }: { readonly now?: () => number } = {},
): Promise<ByteStore> {
  await mkdir(folder, { recursive: true });
  return {
    async list() {
      const found: StoredBytes[] = [];
      for (const name of await readdir(folder)) {
        const path = join(folder, name);
        const file = await stat(path).catch(ifMissing);
        if (!file?.isFile()) continue;
        if (!name.includes('.')) found.push({ name, bytes: file.size, used: file.mtimeMs });
        else if (name.endsWith('.partial') && now() - file.mtimeMs > ABANDONED_MS) await remove(path);
      }
      return found;
    },
    async read(name) {
      const bytes = await readFile(join(folder, name)).catch(ifMissing);
      return bytes && Uint8Array.from(bytes);
    },
    async write(name, bytes) {
      const path = join(folder, name);
      const partial = `${path}.${randomUUID()}.partial`;
      try {
        await writeFile(partial, bytes);
        const used = now() / 1000;
        await utimes(partial, used, used);
        await rename(partial, path);
      } catch (error) {
        await remove(partial);
        throw error;
      }
    },
    async touch(name) {
      const used = now() / 1000;
      await utimes(join(folder, name), used, used).catch(ifMissing);
    },
    remove: (name) => remove(join(folder, name)),
  };
}

function remove(path: string): Promise<void> {
  return rm(path, { force: true });
}

function ifMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
