export { readRange } from './read-range.js';
export { withoutTelemetry } from './without-telemetry.js';
