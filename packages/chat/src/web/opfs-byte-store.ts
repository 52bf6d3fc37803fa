import type { MemoryOptions } from '../memory-options.js';
import type { ByteStore, StoredBytes } from '../tile-store/byte-store.js';

/** Behind the name of a file, that of an empty one whose date says when the file was of use. */
const USED = '.used';

/** Beside the folder of models. */
const FOLDER = 'internvl-visual-tokens';

/**
 * A byte store in a folder of the browser's own file system. What is written appears when it is whole; several tabs can share
 * the folder.
 */
export function opfsByteStore(folder: FileSystemDirectoryHandle): ByteStore {
  const write = async (name: string, bytes: Uint8Array<ArrayBuffer>) => {
    const file = await folder.getFileHandle(name, { create: true });
    const stream = await file.createWritable();
    try {
      await stream.write(bytes);
    } catch (error) {
      await stream.abort().catch(() => {});
      throw error;
    }
    await stream.close();
  };
  const fileOf = async (name: string) => {
    const handle = await folder.getFileHandle(name).catch(ifMissing);
    return handle?.getFile().catch(ifMissing);
  };
  const remove = async (name: string) => {
    await folder.removeEntry(name).catch(ifMissing);
  };
  return {
    async list() {
      const found: StoredBytes[] = [];
      for await (const { name, kind } of folder.values()) {
        if (kind !== 'file' || name.includes('.')) continue;
        const [file, mark] = [await fileOf(name), await fileOf(name + USED)];
        if (!file) continue;
        const used = Math.max(file.lastModified, mark?.lastModified ?? 0);
        found.push({ name, bytes: file.size, used });
      }
      return found;
    },
    async read(name) {
      const file = await fileOf(name);
      return file && new Uint8Array(await file.arrayBuffer());
    },
    write,
    async touch(name) {
      if (await fileOf(name)) await write(name + USED, new Uint8Array());
    },
    async remove(name) {
      await remove(name);
      await remove(name + USED);
    },
  };
}

function ifMissing(error: unknown): undefined {
  if (error instanceof DOMException && error.name === 'NotFoundError') return undefined;
  throw error;
}

/** The folder of visual tokens in the browser's own files; undefined where none are kept, or there are no such files. */
export async function webByteStore(
  { visionStoreBytes = 0 }: MemoryOptions,
  onNote: ((note: string) => void) | undefined,
): Promise<ByteStore | undefined> {
  if (visionStoreBytes === 0) return undefined;
  try {
    const root = await navigator.storage.getDirectory();
    return opfsByteStore(await root.getDirectoryHandle(FOLDER, { create: true }));
  } catch (error) {
    onNote?.(`This browser keeps no visual tokens for the next time: ${Object(error).message}`);
    return undefined;
  }
}
