import { type Backend, InternVLError } from '@internvl/backend';
import { ortBackend, providerFault } from '@internvl/backend/ort';
import { openGpu } from './gpu-device.js';
import { GpuMemory } from './gpu-memory.js';
import { loadOrtWeb, type OrtWeb } from './ort-web.js';
import { startRuntime } from './start-runtime.js';
import { usableThreads } from './threads.js';
import { type ResolvedWasmPaths, resolveWasmPaths } from './wasm-paths.js';
import type { WebBackendOptions, WebNotice } from './web-backend-options.js';
import { remedies, type WebDevice, webDevices } from './web-device.js';

/** A backend in a page or worker, and what it runs on. */
export interface WebBackend extends Backend {
  readonly device: WebDevice;
  /** Threads of WASM; they also run what a GPU has no shader for. */
  readonly threads: number;
  /** The GPU that holds the weights; absent on wasm. */
  readonly gpu?: GPUDevice;
  /** Resolves when the GPU is gone without `dispose`, with the `device-lost` error that runs from then on reject with; absent on wasm. */
  readonly lost?: Promise<InternVLError>;
  /** Gives the GPU back, with everything on it; idempotent. Dispose the graphs first. */
  dispose(): void;
}

/**
 * A backend on onnxruntime-web. Its name tells the device, and what it replaces when it had to fall back:
 * `'ort-web:webgpu'`, `'ort-web:wasm (fallback from webgpu)'`. ONNX Runtime starts once in a page or worker, with one set of
 * files and threads; best in a worker, for a run blocks it.
 *
 * @throws `device-missing` when no device of the list works here; `runtime-failed`, `threads-blocked` and `runtime-timeout`
 *   where the runtime does not start; `invalid-option`.
 */
export async function webBackend({
  device: wanted,
  wasmPaths,
  threads: wantedThreads,
  fallback = ['wasm'],
  onFallback = () => {},
  onNotice = () => {},
  checkAttention = true,
  startLimitMs = 180_000,
  ort: given,
}: WebBackendOptions): Promise<WebBackend> {
  const devices = [wanted, ...(fallback === 'none' ? [] : fallback.filter((device) => device !== wanted))];
  assertKnown(devices);
  const paths = resolveWasmPaths(wasmPaths, globalThis.location.href);
  const notices: WebNotice[] = [];
  const threads = usableThreads(wantedThreads, globalThis, (notice) => notices.push(notice));
  const ort = given ?? (await loadOrtWeb());
  const tried: Tried[] = [];
  for (const [index, device] of devices.entries()) {
    const start = () => open(device, { ort, checkAttention, onNotice });
    const opened = await startRuntime(ort.env.wasm, { paths, threads, startLimitMs }, start);
    if (typeof opened !== 'string') {
      if (device === 'wasm') for (const notice of notices) onNotice(notice);
      const name = device === wanted ? `ort-web:${device}` : `ort-web:${device} (fallback from ${wanted})`;
      return backendOn(opened, { ort, device, threads, name });
    }
    if (notStarted.test(opened)) throw runtimeFailed(paths, opened);
    const remedy = remedies[device];
    tried.push({ device, reason: opened, remedy });
    const next = devices[index + 1];
    if (next) onFallback({ wanted: device, next, reason: opened, remedy });
  }
  throw new InternVLError(
    'device-missing',
    `Expected ${devices.join(' or ')} to work here, got: ${tried.map(({ reason }) => reason).join('; ')}. To use ${wanted}, ${remedies[wanted]}.`,
    { device: wanted, tried },
  );
}

/** What ONNX Runtime says of any provider, in this thread for good, when its own start failed; not when a build lacks one. */
const notStarted = /^no available backend found(?!.*backend not found)/s;

function runtimeFailed(paths: ResolvedWasmPaths, reason: string): InternVLError {
  return new InternVLError(
    'runtime-failed',
    `Expected ONNX Runtime to start from ${paths.mjs} and ${paths.wasm}, it did not: ${reason}; see that both files are served and the network is there, ${remedies.wasm}, and try again in a new worker.`,
    { ...paths, reason },
  );
}

interface Tried {
  readonly device: WebDevice;
  readonly reason: string;
  readonly remedy: string;
}

/** A device that works: with its GPU where it has one. */
interface Opened {
  readonly gpu: GPUDevice | undefined;
}

interface OpenOptions {
  readonly ort: OrtWeb;
  readonly checkAttention: boolean;
  readonly onNotice: (notice: WebNotice) => void;
}

/** Tries a device; a string says why it does not work. */
async function open(device: WebDevice, options: OpenOptions): Promise<Opened | string> {
  if (device === 'wasm') {
    const fault = await providerFault(options.ort, 'wasm', { checkAttention: false });
    return fault ?? { gpu: undefined };
  }
  const fast = await openOnGpu({ subgroups: true }, options);
  if (typeof fast !== 'string' || !options.checkAttention) return fast;
  const plain = await openOnGpu({ subgroups: false }, options);
  if (typeof plain === 'string') return fast;
  options.onNotice({
    code: 'no-subgroups',
    words: `This GPU is used without subgroups, which makes it slower: with them ${fast}.`,
  });
  return plain;
}

async function openOnGpu(
  features: { readonly subgroups: boolean },
  { ort, checkAttention }: OpenOptions,
): Promise<Opened | string> {
  let gpu: GPUDevice;
  try {
    gpu = await openGpu(features);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const fault = await providerFault(ort, { name: 'webgpu', ...{ device: gpu } }, { checkAttention });
  if (fault === undefined) return { gpu };
  gpu.destroy();
  return fault;
}

interface Found {
  readonly ort: OrtWeb;
  readonly device: WebDevice;
  readonly threads: number;
  readonly name: string;
}

function backendOn({ gpu }: Opened, { ort, device, threads, name }: Found): WebBackend {
  if (!gpu) {
    const backend = ortBackend({ ort, name, executionProviders: ['wasm'] });
    return { ...backend, device, threads, dispose: () => {} };
  }
  const memory = new GpuMemory(ort, gpu);
  const provider = { name: 'webgpu', device: gpu };
  const backend = ortBackend({ ort, name, executionProviders: [provider], device: memory });
  let disposed = false;
  const lost = new Promise<InternVLError>((resolve) => {
    memory.lost.catch((error: InternVLError) => {
      if (!disposed) resolve(error);
    });
  });
  const dispose = () => {
    disposed = true;
    gpu.destroy();
  };
  return { ...backend, device, threads, gpu, lost, dispose };
}

function assertKnown(devices: readonly string[]): void {
  const known: readonly string[] = webDevices;
  const unknown = devices.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new InternVLError(
    'invalid-option',
    `Expected a device among ${known.join(', ')}, got "${unknown}"; name one of these.`,
    { option: 'device', device: unknown, known },
  );
}
