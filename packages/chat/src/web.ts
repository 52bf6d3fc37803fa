export * from './index.js';
export type { DeviceFacts } from './web/device-facts.js';
export type { CheckpointSource, ModelStore, StorageEstimate, StoredModel } from './web/model-store.js';
export type {
  CheckpointFacts,
  InspectOptions,
  WebChatHost,
  WebLoadOptions,
  WebModel,
} from './web/web-chat-host.js';
export type {
  FetchOptions,
  ModelSizes,
  OpenBackendOptions,
  RuntimeChoice,
  WebRuntime,
} from './web/web-runtime.js';
