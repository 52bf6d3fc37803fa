export { readRange } from '@internvl/backend/node';
export { type NodeDevice, nodeDevices } from './device.js';
export { listDevices } from './list-devices.js';
export { type Fallback, type NodeBackendOptions, nodeBackend } from './node-backend.js';
export type { DeviceReport } from './probe-device.js';
