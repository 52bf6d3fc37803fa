import { InternVLError } from '@internvl/backend';
import { withoutTelemetry } from '@internvl/backend/node';
import { remedies } from './device.js';

/** The namespace of onnxruntime-node. */
export type OnnxRuntime = typeof import('onnxruntime-node');

/**
 * Loads onnxruntime-node on demand, so that a platform without its binary can still import this package, and without its
 * telemetry.
 *
 * @throws `device-missing` when it is not installed or has no binary for this platform.
 */
export async function onnxruntime(): Promise<OnnxRuntime> {
  withoutTelemetry();
  try {
    return await import('onnxruntime-node');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const platform = `${process.platform}-${process.arch}`;
    throw new InternVLError(
      'device-missing',
      `Expected onnxruntime-node to load on ${platform}, it did not: ${reason}; ${remedies.cpu}.`,
      { device: 'cpu', platform, reason, remedy: remedies.cpu },
      { cause: error },
    );
  }
}
