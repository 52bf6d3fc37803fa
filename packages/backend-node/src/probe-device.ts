import { providerFault } from '@internvl/backend/ort';
import { type NodeDevice, remedies } from './device.js';
import { type OnnxRuntime, onnxruntime } from './onnxruntime.js';
import { hasProviderLibrary } from './provider-library.js';

/** Whether a device can be used in this process, and what to do when not. */
export type DeviceReport =
  | { readonly device: NodeDevice; readonly bundled: boolean; readonly works: true }
  | {
      readonly device: NodeDevice;
      /** Its provider is in the npm package as it was installed; if not, it is installed apart or not to be had. */
      readonly bundled: boolean;
      readonly works: false;
      /** What the runtime said. */
      readonly reason: string;
      /** What to install or change. */
      readonly remedy: string;
    };

export interface ProbeOptions {
  /** Also compute an attention whose result is known; on by default. */
  readonly checkAttention?: boolean | undefined;
}

/** Opens and runs graphs of one node on a device: does it work, and does it compute attention rightly. */
export async function probeDevice(
  device: NodeDevice,
  { checkAttention = true }: ProbeOptions = {},
): Promise<DeviceReport> {
  let ort: OnnxRuntime;
  try {
    ort = await onnxruntime();
  } catch (error) {
    return {
      device,
      bundled: false,
      works: false,
      reason: error instanceof Error ? error.message : String(error),
      remedy: remedies.cpu,
    };
  }
  const provider = ort.listSupportedBackends().find(({ name }) => name === device);
  const bundled = provider?.bundled ?? false;
  const missing = (reason: string) =>
    ({ device, bundled, works: false, reason, remedy: remedies[device] }) as const;
  if (!provider)
    return missing(`onnxruntime-node has no ${device} provider on ${process.platform}-${process.arch}`);
  if (device === 'cuda' && !bundled && !hasProviderLibrary('cuda')) {
    return missing('libonnxruntime_providers_cuda.so is not installed');
  }
  const fault = await providerFault(ort, device, { checkAttention });
  return fault === undefined ? { device, bundled, works: true } : missing(fault);
}
