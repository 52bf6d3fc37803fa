import { encodeModel } from '@internvl/backend/onnx';
import { ATTENTION_TOKENS, ATTENTION_TOLERANCE, attentionError } from './attention-error.js';
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
    return { device, bundled: false, works: false, reason: message(error), remedy: remedies.cpu };
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
  try {
    await runOneNode(ort, device);
    if (checkAttention) {
      const error = await attentionError(ort, device);
      if (error > ATTENTION_TOLERANCE) {
        return missing(
          `it computes attention over ${ATTENTION_TOKENS} tokens wrongly, by ${error.toFixed(2)}; software adapters with narrow subgroups do`,
        );
      }
    }
    return { device, bundled, works: true };
  } catch (error) {
    return missing(message(error));
  }
}

async function runOneNode(ort: OnnxRuntime, device: NodeDevice): Promise<void> {
  const model = encodeModel({
    irVersion: 10,
    opsets: { '': 21 },
    producer: 'internvl',
    graph: {
      name: 'probe',
      nodes: [{ name: 'double', op: 'Add', domain: '', inputs: ['x', 'x'], outputs: ['y'], attributes: {} }],
      initializers: [],
      inputs: [{ name: 'x', type: 'float32', dims: [2] }],
      outputs: [{ name: 'y', type: 'float32', dims: [2] }],
    },
  });
  const session = await ort.InferenceSession.create(model, {
    executionProviders: [device],
    logSeverityLevel: 4,
  });
  try {
    await session.run({ x: new ort.Tensor('float32', Float32Array.of(1, 2), [2]) });
  } finally {
    await session.release();
  }
}

/** What the runtime said, without the place in its source that it puts in front. */
function message(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  return said.replace(/^.* was false\. /s, '').trim();
}
