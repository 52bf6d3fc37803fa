import { InternVLError } from '@internvl/backend';
import { DirectoryModelStore } from './model-store.js';
import { opfsDirectory } from './opfs-directory.js';
import { type StoreLock, webLock } from './store-lock.js';
import type { ModelStore } from './stored-model.js';

export interface ModelStoreOptions {
  /** The folder to keep models in; `internvl` in the browser's own file system by default. */
  readonly root?: FileSystemDirectoryHandle | undefined;
  /** How tabs take turns; the browser's locks by default. */
  readonly lock?: StoreLock | undefined;
}

/** The folder of models in the browser's own file system. */
const folderName = 'internvl';

/**
 * The converted models that this browser keeps. Use it in a dedicated worker: there a conversion writes in place and can go on
 * after its tab was closed; in a page, what was written is kept only when the file at hand was closed in good order.
 *
 * @throws `storage-missing` where the browser has no file system of its own, as in private windows of some and on pages
 * without HTTPS
 */
export async function modelStore(options: ModelStoreOptions = {}): Promise<ModelStore> {
  const { storage, locks } = globalThis.navigator ?? {};
  try {
    const root =
      options.root ?? (await (await storage.getDirectory()).getDirectoryHandle(folderName, { create: true }));
    return new DirectoryModelStore({
      models: opfsDirectory(root),
      lock: options.lock ?? webLock(locks),
      estimate: () => storage.estimate(),
      persisted: () => storage.persisted(),
      // Only a page may ask; in a worker it is what was promised before.
      persist: () => storage[typeof storage.persist === 'function' ? 'persist' : 'persisted'](),
      now: () => Date.now(),
    });
  } catch (cause) {
    throw new InternVLError(
      'storage-missing',
      'Expected this browser to give the page files of its own (OPFS), it does not; open the page over HTTPS and outside a private window.',
      {},
      { cause },
    );
  }
}
