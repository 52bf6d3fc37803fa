import { type Backend, InternVLError } from '@internvl/backend';
import { ortBackend } from '@internvl/backend/ort';
import { type NodeDevice, nodeDevices } from './device.js';
import { onnxruntime } from './onnxruntime.js';
import { type DeviceReport, probeDevice } from './probe-device.js';

/** One device that was passed over for the next. */
export interface Fallback {
  readonly wanted: NodeDevice;
  /** The device that is tried next. */
  readonly next: NodeDevice;
  /** What the runtime said. */
  readonly reason: string;
  /** What to install or change. */
  readonly remedy: string;
}

/** What `nodeBackend` takes. */
export interface NodeBackendOptions {
  /**
   * Where graphs run. `'auto'` (the default) is CUDA where the user has installed its provider, else the CPU;
   * WebGPU is never taken unasked, because a software driver cannot be told from a GPU.
   */
  readonly device?: NodeDevice | 'auto' | undefined;
  /** What to try, in this order, when the device does not work; `['cpu']` by default. `'none'` throws instead. */
  readonly fallback?: readonly NodeDevice[] | 'none' | undefined;
  /** Told of each device that did not work before the next is tried. Not called for `'auto'`. */
  readonly onFallback?: ((fallback: Fallback) => void) | undefined;
  /** CPU threads of one run; the number of physical cores by default. */
  readonly threads?: number | undefined;
  /**
   * Rearranges weights for speed when a model loads. Off by default: float32 weights then stay memory-mapped
   * (20 MB instead of 1.9 GB anonymous memory and 0.1 s instead of 7 s for 0.5 G weights) for a few per cent of
   * speed. Turn it on for quantised weights, whose kernels need it.
   */
  readonly prepack?: boolean | undefined;
  /**
   * Computes an attention whose result is known before a device is taken, and passes over a device that gets it wrong,
   * as WebGPU on SwiftShader does. On by default; turn it off only to examine such a device.
   */
  readonly checkAttention?: boolean | undefined;
}

/**
 * A backend on onnxruntime-node. Its name tells the device, and what it replaces when it had to fall back:
 * `'ort-node:cpu'`, `'ort-node:cpu (fallback from webgpu)'`. Load models by path: their weights are then mapped,
 * not read.
 *
 * @throws `device-missing` when no device of the list works here; `invalid-option`.
 */
export async function nodeBackend({
  device = 'auto',
  fallback = ['cpu'],
  onFallback = () => {},
  threads,
  prepack = false,
  checkAttention = true,
}: NodeBackendOptions = {}): Promise<Backend> {
  checkOptions(device, fallback, threads);
  const wanted = device === 'auto' ? await bestDevice() : device;
  const found = await firstThatWorks(wanted, fallback === 'none' ? [] : fallback, {
    onFallback,
    checkAttention,
  });
  return ortBackend({
    ort: await onnxruntime(),
    name: found === wanted ? `ort-node:${found}` : `ort-node:${found} (fallback from ${wanted})`,
    executionProviders: [found],
    tolerance: found === 'cuda' ? { float32: 5e-3 } : { float32: 1e-5 },
    ...(found === 'webgpu' ? ({ deviceLocation: 'gpu-buffer', readsDevice: false } as const) : {}),
    sessionOptions: {
      interOpNumThreads: 1,
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
      ...(prepack ? {} : { extra: { session: { disable_prepacking: '1' } } }),
    },
  });
}

async function bestDevice(): Promise<NodeDevice> {
  return (await probeDevice('cuda')).works ? 'cuda' : 'cpu';
}

async function firstThatWorks(
  wanted: NodeDevice,
  fallback: readonly NodeDevice[],
  { onFallback, checkAttention }: { onFallback: (fallback: Fallback) => void; checkAttention: boolean },
): Promise<NodeDevice> {
  const tried: Extract<DeviceReport, { works: false }>[] = [];
  const rest = fallback.filter((device) => device !== wanted);
  for (const [index, device] of [wanted, ...rest].entries()) {
    const report = await probeDevice(device, { checkAttention });
    if (report.works) return device;
    tried.push(report);
    const next = rest[index];
    if (next) onFallback({ wanted: device, next, reason: report.reason, remedy: report.remedy });
  }
  const [first] = tried;
  throw new InternVLError(
    'device-missing',
    `Expected ${tried.map((report) => report.device).join(' or ')} to work here, got: ${tried.map((report) => report.reason).join('; ')}. To use ${wanted}, ${first!.remedy}.`,
    { device: wanted, tried },
  );
}

function checkOptions(
  device: string,
  fallback: readonly string[] | 'none',
  threads: number | undefined,
): void {
  const known: readonly string[] = nodeDevices;
  const unknown = [device === 'auto' ? 'cpu' : device, ...(fallback === 'none' ? [] : fallback)].find(
    (name) => !known.includes(name),
  );
  if (unknown !== undefined) {
    throw new InternVLError(
      'invalid-option',
      `Expected a device among auto, ${known.join(', ')}, got "${unknown}"; name one of these.`,
      { device: unknown, known },
    );
  }
  if (threads !== undefined && !(Number.isInteger(threads) && threads > 0)) {
    throw new InternVLError(
      'invalid-option',
      `Expected threads to be a whole number from 1, got ${threads}; leave it out for one per core.`,
      { threads },
    );
  }
}
