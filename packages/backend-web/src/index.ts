export { type ChooseOptions, chooseRuntime } from './choose-runtime.js';
export type { DeviceFacts, GpuFacts } from './device-facts.js';
export { countGpuTraffic, type GpuTraffic } from './gpu-traffic.js';
export { probeDevice } from './probe-device.js';
export type {
  ChoiceReason,
  ModelSizes,
  PrecisionSizes,
  RunnablePrecision,
  RuntimeChoice,
} from './runtime-choice.js';
export type { WasmPaths } from './wasm-paths.js';
export { type WebBackend, webBackend } from './web-backend.js';
export type { WebBackendOptions, WebFallback, WebNotice } from './web-backend-options.js';
export { type WebDevice, webDevices } from './web-device.js';
