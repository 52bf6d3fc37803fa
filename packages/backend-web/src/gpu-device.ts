import { InternVLError } from '@internvl/backend';

/** What ONNX Runtime makes use of where an adapter has it. */
const features = ['shader-f16', 'subgroups', 'chromium-experimental-subgroup-matrix'] as const;

/** The limits that decide which models fit and how shaders are cut; each as high as the adapter goes. */
const limits = [
  'maxBindGroups',
  'maxBufferSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
] as const;

/**
 * A GPU device of our own, with all that its adapter offers; without `subgroups`, ONNX Runtime keeps to shaders that do not
 * use them.
 *
 * @throws `device-missing` when the browser has no WebGPU or no adapter.
 */
export async function openGpu({ subgroups }: { readonly subgroups: boolean }): Promise<GPUDevice> {
  const adapter = await requestAdapter();
  if (!adapter) {
    throw new InternVLError(
      'device-missing',
      'Expected a WebGPU adapter, the browser has none; use another browser.',
      {
        device: 'webgpu',
      },
    );
  }
  return adapter.requestDevice({
    label: 'internvl',
    requiredFeatures: features.filter(
      (name) => adapter.features.has(name) && (subgroups || !name.includes('subgroup')),
    ) as GPUFeatureName[],
    requiredLimits: Object.fromEntries(limits.map((name) => [name, adapter.limits[name]])),
  });
}

/** The faster adapter of this browser; undefined where it has no WebGPU or none. */
export async function requestAdapter(): Promise<GPUAdapter | undefined> {
  const { gpu } = navigator as { readonly gpu?: GPU };
  return (await gpu?.requestAdapter({ powerPreference: 'high-performance' })) ?? undefined;
}
