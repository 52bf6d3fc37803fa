import type { DeviceFacts } from '@internvl/backend-web';
import {
  type Checkpoint,
  type ConversionPlan,
  parsePrecision,
  planConversion,
  zeroTensors,
} from '@internvl/checkpoint';
import type { PrecisionOffer } from './web-chat-host.js';

/**
 * What a checkpoint takes in each precision on a device, from its headers alone. Tensors that its GPU could not bind are cut.
 *
 * @throws `invalid-option` for a precision that is not known; `signal.reason` when aborted
 */
export async function offeredPrecisions(
  { config, weights }: Pick<Checkpoint, 'config' | 'weights'>,
  names: readonly string[],
  { webgpu }: DeviceFacts,
  signal: AbortSignal | undefined,
): Promise<readonly PrecisionOffer[]> {
  const { maxBufferSize = Number.POSITIVE_INFINITY, maxStorageBufferBindingSize = Number.POSITIVE_INFINITY } =
    webgpu?.limits ?? {};
  const limitBytes = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  const source = zeroTensors(weights);
  const offered: PrecisionOffer[] = [];
  for (const precision of names) {
    const options = { precision: parsePrecision(precision), signal };
    const whole = sizesOf(await planConversion(config, source, options));
    if (whole.largestTensorBytes <= limitBytes) {
      offered.push({ precision, ...whole });
      continue;
    }
    const cut = await planConversion(config, source, { ...options, maxTensorBytes: limitBytes });
    offered.push({ precision, ...sizesOf(cut), maxTensorBytes: limitBytes });
  }
  return offered;
}

function sizesOf({ data }: ConversionPlan) {
  const largestTensorBytes = Math.max(...data.entries.map(({ tensor }) => tensor.bytes));
  return { weightBytes: data.bytes, largestTensorBytes };
}
