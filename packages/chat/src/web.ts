export * from './index.js';
export { type ConnectWebOptions, connectWebChat } from './web/connect-web-chat.js';
export { load } from './web/load.js';
export type { MessageEnd, WebWorker } from './web/message-end.js';
export { opfsByteStore } from './web/opfs-byte-store.js';
export { serveWebChat } from './web/serve-web-chat.js';
export type {
  CheckpointFacts,
  InspectOptions,
  ModelToLoad,
  OfferedPrecision,
  StoredModels,
  WebChatHost,
  WebLoadOptions,
} from './web/web-chat-host.js';
export type { DeviceBackend, OpenBackendOptions, WebRuntime } from './web/web-runtime.js';
