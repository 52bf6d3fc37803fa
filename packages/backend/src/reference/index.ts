export { type ReferenceBackendOptions, referenceBackend } from './reference-backend.js';
export type { ReadRange } from './weights.js';
