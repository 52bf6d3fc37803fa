/**
 * Switches ONNX Runtime's own telemetry off, unless `ORT_DISABLE_TELEMETRY` already says something: nothing about a user's
 * machine leaves it, and its parser of the command line overflows the stack on long arguments. Call it in the main thread before
 * the runtime is loaded or a worker is started, because a worker's environment is a copy.
 */
export function withoutTelemetry(): void {
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
}
