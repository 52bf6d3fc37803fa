export { type OrtBackendOptions, ortBackend } from './ort-backend.js';
export type { OrtDevice } from './ort-device.js';
export type {
  ExecutionProvider,
  OrtNamespace,
  OrtPort,
  OrtRunOptions,
  OrtSession,
  OrtSessionOptions,
  OrtTensor,
} from './ort-namespace.js';
export { providerFault } from './provider-fault.js';
