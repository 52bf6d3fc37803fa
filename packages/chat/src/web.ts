export * from './index.js';
export type {
  CheckpointFacts,
  InspectOptions,
  ModelToLoad,
  StoredModels,
  WebChatHost,
  WebLoadOptions,
} from './web/web-chat-host.js';
export type { OpenBackendOptions, WebRuntime } from './web/web-runtime.js';
