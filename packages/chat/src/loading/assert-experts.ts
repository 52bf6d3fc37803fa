import { InternVLError } from '@internvl/backend';
import { isQuantised, type ModelConfig, type PrecisionName } from '@internvl/checkpoint';

/** @throws `unsupported-operator` for quantised experts on WebGPU, which ONNX Runtime 1.30 computes wrongly there. */
export function assertExperts(config: ModelConfig, precision: PrecisionName, backend: string): void {
  if (!config.llm?.experts || !isQuantised(precision) || !/^ort-\w+:webgpu/.test(backend)) return;
  throw new InternVLError(
    'unsupported-operator',
    `Expected experts in fp32 or fp16 for ${backend}, the model has them in ${precision}; load it with precision fp16, or on another device.`,
    { operator: 'QMoE', backend, precision },
  );
}
