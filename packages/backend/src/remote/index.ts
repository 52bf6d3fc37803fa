export { type ConfigPort, modelConfig, type TritonModelConfig } from './model-config.js';
export { type RemoteBackendOptions, remoteBackend } from './remote-backend.js';
export { splitBackend } from './split-backend.js';
