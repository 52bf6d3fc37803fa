import type { ConversionFolder } from '../convert/conversion-folder.js';
import { Sha256 } from '../hash/sha256.js';
import { type EstimateStorage, freeBytes, isStorageFull, storageFull } from './room.js';
import type { StoreDirectory } from './store-directory.js';

/** A folder of the store for a conversion to go into. */
export function storeFolder(directory: StoreDirectory, estimate: EstimateStorage): ConversionFolder {
  return {
    size: async (name) => (await directory.file(name))?.size,
    async read(name, offset, length) {
      const file = await directory.file(name);
      const bytes = await file?.slice(offset, offset + length).arrayBuffer();
      return new Uint8Array(bytes ?? new ArrayBuffer());
    },
    open: (name, keep) => directory.open(name, keep),
    remove: (name) => directory.remove(name),
    hash: () => new Sha256(),
    free: () => freeBytes(estimate),
    full: storageFull,
    isFull: isStorageFull,
  };
}
