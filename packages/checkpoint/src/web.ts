export { openCheckpoint } from './web/open-checkpoint.js';
export { type ModelStoreOptions, modelStore } from './web/open-store.js';
export type { StoreLock } from './web/store-lock.js';
export type {
  LoadedGraph,
  ModelStore,
  OpenStoredOptions,
  StoreConvertOptions,
  StoredConvertedModel,
  StoredModel,
  StoreEstimate,
  VerifyOptions,
} from './web/stored-model.js';
export type { OpenWebCheckpointOptions, ServedFolder, WebModel } from './web/web-model.js';
