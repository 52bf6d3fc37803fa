export * from './index.js';
export {
  type CalibrateOptions,
  type Calibration,
  calibrate,
  type LayerDrift,
} from './node/calibrate.js';
export { memoryPlans } from './node/check-memory.js';
export { folderByteStore } from './node/folder-byte-store.js';
export { freeMemory } from './node/free-memory.js';
export { load } from './node/load.js';
export { remoteChat } from './node/remote-chat.js';
export type { DialectName } from './remote/dialect.js';
export type { RemoteChatOptions } from './remote/remote-chat-options.js';
