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
export type { OpenWebCheckpointOptions, WebModel } from './web/web-model.js';
