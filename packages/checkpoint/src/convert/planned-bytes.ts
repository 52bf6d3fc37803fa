import type { ModelConfig } from '../model-config.js';
import type { PrecisionChoice } from '../onnx/part-precisions.js';
import { partPrecisions } from '../onnx/part-precisions.js';
import { elementCount } from '../safetensors/range.js';
import type { TensorInfo, TensorSource } from '../safetensors/tensor-source.js';
import { zeroTensors } from '../safetensors/zero-tensors.js';
import { keyLayouts } from '../weights/key-layout.js';
import { planTensors } from '../weights/plan.js';
import { planConversion } from './plan.js';

/**
 * Bytes of the weights of a converted model, from its description alone: the size of the data file to the byte.
 *
 * @throws `invalid-option` for an unknown precision
 */
export async function plannedBytes(config: ModelConfig, precision?: PrecisionChoice): Promise<number> {
  const plan = await planConversion(config, shapesOnly(config), { precision: partPrecisions(precision) });
  return plan.data.bytes;
}

/** Tensors of the right shapes, all zeros; a plan reads none but the position table. */
function shapesOnly(config: ModelConfig): TensorSource {
  const infos = new Map<string, TensorInfo>();
  for (const { name, shape } of planTensors(config, keyLayouts(config.layout)[0]!)) {
    infos.set(name, { name, dtype: 'F32', shape, bytes: 4 * elementCount(shape) });
  }
  return zeroTensors({
    names: () => [...infos.keys()],
    has: (name) => infos.has(name),
    info: (name) => infos.get(name)!,
  });
}
