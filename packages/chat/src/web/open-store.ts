import { type ModelStore, modelStore } from '@internvl/checkpoint/web';
import type { WebRuntime } from './web-runtime.js';

/** Where models are kept. @throws `storage-missing` and the like where the browser has no storage */
export function openStore({ store }: Pick<WebRuntime, 'store'>): Promise<ModelStore> {
  return store ? store() : modelStore();
}
