import { DirectoryModelStore } from '../web/model-store.js';
import type { StoreLock } from '../web/store-lock.js';
import type { MemoryStorage } from './memory-directory.js';

/** A model store over memory; several over one storage are several tabs. */
export function memoryStore(storage: MemoryStorage, lock: StoreLock = memoryLock()): DirectoryModelStore {
  return new DirectoryModelStore({
    models: storage.root,
    lock,
    estimate: async () =>
      Number.isFinite(storage.quota) ? { usage: storage.usage(), quota: storage.quota } : {},
    persisted: async () => false,
    persist: async () => true,
    now: () => 1,
  });
}

/** Locks of one browser, for all its tabs. */
export function memoryLock(): StoreLock {
  const last = new Map<string, Promise<unknown>>();
  return async (name, { signal, onWait }, work) => {
    const before = last.get(name);
    if (before) onWait?.();
    const mine = (before ?? Promise.resolve()).then(() => {
      signal?.throwIfAborted();
      return work();
    });
    const settled = mine.catch(() => {});
    last.set(name, settled);
    try {
      return await mine;
    } finally {
      if (last.get(name) === settled) last.delete(name);
    }
  };
}
