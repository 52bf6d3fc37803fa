import { InternVLError } from '@internvl/backend';
import type { DeviceFacts, GpuFacts } from './device-facts.js';
import { runsOn } from './runs-on.js';
import type {
  ChoiceReason,
  ModelSizes,
  PrecisionSizes,
  RunnablePrecision,
  RuntimeChoice,
} from './runtime-choice.js';
import type { WebDevice } from './web-device.js';

/** What WASM can address, bytes, less what the runtime, the tensors of a run and the heap's gaps take. */
const WASM_ROOM = 3.25 * 2 ** 30;

/** Share of the memory the browser tells of that a model may take; the page, the system and other tabs live there too. */
const MEMORY_SHARE = 0.6;

/** What `chooseRuntime` takes beside facts and sizes. */
export interface ChooseOptions {
  /** Considers this backend only. */
  readonly backend?: WebDevice | undefined;
  /** Considers this precision only. */
  readonly precision?: string | undefined;
}

/** One way to run the model, and what stands against it. */
interface Candidate {
  readonly backend: WebDevice;
  readonly sizes: PrecisionSizes;
  readonly against: readonly ChoiceReason[];
}

/**
 * Chooses the backend and the precision for a model of these sizes, and says why. WebGPU on a real GPU comes before WASM, and
 * WASM before WebGPU in software; within each, precisions in the order of the sizes, less those that do not run there: a
 * language model in blocks (`q4`, `q8`) does not load in WASM, `fp16` wants a GPU with half floats and stays away from WASM,
 * `int8` has no kernels on a GPU.
 *
 * @throws `invalid-option` when no precision of the sizes is one that `options` leave and any backend runs.
 */
export function chooseRuntime(
  facts: DeviceFacts,
  sizes: ModelSizes,
  options: ChooseOptions = {},
): RuntimeChoice {
  const present = candidatesOn(backendsOf(facts, options.backend), facts, sizes, options);
  // What no backend here runs is still told: which one it would take.
  const candidates = present.length > 0 ? present : candidatesOn(['webgpu'], facts, sizes, options);
  const [first] = candidates;
  if (!first) {
    const offered = sizes.precisions.map(({ precision }) => precision);
    throw new InternVLError(
      'invalid-option',
      `Expected a precision that runs on ${options.backend ?? 'webgpu or wasm'} among ${offered.join(', ')}${options.precision ? ` and is ${options.precision}` : ''}, got none; offer int8 or fp32 for wasm, q4 or fp32 for webgpu.`,
      { offered, backend: options.backend, precision: options.precision },
    );
  }
  const fitting = candidates.find(({ against }) => against.length === 0);
  const chosen = fitting ?? candidates.reduce((best, each) => (isSmaller(each, best) ? each : best), first);
  const passedOver = candidates.slice(0, candidates.indexOf(chosen)).flatMap(({ against }) => against);
  const runnable = runnableOf(candidates, facts, options.backend);
  const reasons = distinct([
    ...aboutGpu(facts, options.backend),
    ...(fitting ? passedOver : chosen.against),
    ...(fitting ? aboutChoice(facts, chosen) : [nothingFits(chosen, runnable.length > 0)]),
  ]);
  return {
    backend: chosen.backend,
    precision: chosen.sizes.precision,
    runnable,
    fits: fitting !== undefined,
    reasons,
    words: reasons.map(({ words }) => words),
  };
}

function backendsOf({ webgpu }: DeviceFacts, wanted: WebDevice | undefined): readonly WebDevice[] {
  const all: readonly WebDevice[] = !webgpu
    ? ['wasm']
    : webgpu.fallbackAdapter
      ? ['wasm', 'webgpu']
      : ['webgpu', 'wasm'];
  // Asked for by name, a backend that is not there is an obstacle, not a silent change.
  return wanted ? [wanted] : all;
}

function candidatesOn(
  backends: readonly WebDevice[],
  facts: DeviceFacts,
  sizes: ModelSizes,
  wanted: ChooseOptions,
): readonly Candidate[] {
  return backends
    .filter((backend) => (wanted.backend ?? backend) === backend)
    .flatMap((backend) =>
      sizes.precisions
        .filter(
          ({ precision }) => runsOn(backend, precision) && (wanted.precision ?? precision) === precision,
        )
        .map((each) => ({ backend, sizes: each, against: obstacles(facts, sizes, backend, each) })),
    );
}

/** Each precision once, with the backends that are here. */
function runnableOf(
  candidates: readonly Candidate[],
  { webgpu }: DeviceFacts,
  wanted: WebDevice | undefined,
): readonly RunnablePrecision[] {
  const here = candidates.filter(({ backend }) => backend === 'wasm' || webgpu);
  const inSoftware = ({ backend }: Candidate) =>
    backend === 'webgpu' && webgpu?.fallbackAdapter === true && wanted !== 'webgpu';
  const swift = here.filter((each) => !inSoftware(each));
  const offered = swift.length > 0 ? swift : here;
  return [...new Set(offered.map(({ sizes }) => sizes))].map((sizes) => {
    const own = here.filter((each) => each.sizes === sizes);
    const fitting = own.filter(({ against }) => against.length === 0);
    const backends = [...new Set([...fitting, ...own].map(({ backend }) => backend))];
    return { precision: sizes.precision, backends, fits: fitting.length > 0 };
  });
}

function obstacles(
  facts: DeviceFacts,
  sizes: ModelSizes,
  backend: WebDevice,
  precision: PrecisionSizes,
): readonly ChoiceReason[] {
  const needed = precision.weightBytes + (sizes.workingBytes ?? 0);
  return [
    ...(backend === 'webgpu' ? onGpu(facts.webgpu, precision) : inWasm(needed, precision)),
    ...inMemory(facts.memoryGiB, needed, precision),
    ...inStorage(facts.storage, sizes.storeBytes ?? precision.weightBytes, precision),
  ];
}

function onGpu(gpu: GpuFacts | undefined, { precision, largestTensorBytes }: PrecisionSizes): ChoiceReason[] {
  if (!gpu) return [reason('no-webgpu', {}, 'This browser has no WebGPU here.')];
  const found: ChoiceReason[] = [];
  if (/16\b/.test(precision) && !gpu.shaderF16) {
    found.push(
      reason(
        'no-half-floats',
        { precision },
        `${precision} needs half floats, which this GPU does not compute with.`,
      ),
    );
  }
  const limitBytes = Math.min(gpu.limits.maxStorageBufferBindingSize, gpu.limits.maxBufferSize);
  if (largestTensorBytes > limitBytes) {
    found.push(
      reason(
        'tensor-over-binding-limit',
        { precision, largestTensorBytes, limitBytes },
        `The largest tensor in ${precision} is ${size(largestTensorBytes)}, and this GPU binds ${size(limitBytes)} at once.`,
      ),
    );
  }
  return found;
}

function inWasm(neededBytes: number, { precision }: PrecisionSizes): ChoiceReason[] {
  if (neededBytes <= WASM_ROOM) return [];
  return [
    reason(
      'weights-over-address-space',
      { precision, neededBytes, limitBytes: WASM_ROOM },
      `The model in ${precision} takes ${size(neededBytes)}, and WASM has room for ${size(WASM_ROOM)}.`,
    ),
  ];
}

function inMemory(
  memoryGiB: number | undefined,
  neededBytes: number,
  { precision }: PrecisionSizes,
): ChoiceReason[] {
  // 8 stands for 8 or more: no limit can be drawn from it.
  if (memoryGiB === undefined || memoryGiB >= 8) return [];
  const limitBytes = MEMORY_SHARE * memoryGiB * 2 ** 30;
  if (neededBytes <= limitBytes) return [];
  return [
    reason(
      'weights-over-memory',
      { precision, neededBytes, limitBytes, memoryGiB },
      `The model in ${precision} takes ${size(neededBytes)}, too much for a device with ${memoryGiB} GiB of memory.`,
    ),
  ];
}

function inStorage(
  storage: DeviceFacts['storage'],
  storeBytes: number,
  { precision }: PrecisionSizes,
): ChoiceReason[] {
  if (!storage) return [];
  const freeBytes = storage.quota - storage.usage;
  if (storeBytes <= freeBytes) return [];
  return [
    reason(
      'over-storage-quota',
      { precision, storeBytes, freeBytes },
      `Storing the model in ${precision} takes ${size(storeBytes)}, and the browser lets this page store ${size(freeBytes)} more; remove stored models or free space on the disk.`,
    ),
  ];
}

function aboutGpu({ webgpu }: DeviceFacts, wanted: WebDevice | undefined): ChoiceReason[] {
  if (wanted === 'wasm') return [];
  if (!webgpu) {
    return wanted === 'webgpu' ? [] : [reason('no-webgpu', {}, 'This browser has no WebGPU here.')];
  }
  if (!webgpu.fallbackAdapter) return [];
  const { vendor, architecture } = webgpu;
  return [
    reason(
      'software-gpu',
      { vendor, architecture },
      `WebGPU runs in software here (${[vendor, architecture].filter(Boolean).join(' ')}), which is slower than WASM.`,
    ),
  ];
}

function aboutChoice(
  facts: DeviceFacts,
  { backend, sizes: { precision, weightBytes } }: Candidate,
): ChoiceReason[] {
  const chosen =
    backend === 'webgpu'
      ? reason(
          'webgpu-chosen',
          { precision, weightBytes },
          `Runs on the GPU in ${precision}: ${size(weightBytes)} of weights.`,
        )
      : reason(
          'wasm-chosen',
          { precision, weightBytes, threads: facts.threads },
          `Runs on the processor in ${precision}, on ${facts.threads === 1 ? 'one thread' : `${facts.threads} threads`}: ${size(weightBytes)} of weights.`,
        );
  const found = [chosen];
  if (backend === 'wasm' && !facts.crossOriginIsolated) {
    found.push(
      reason('one-thread', {}, 'The page is not cross-origin isolated, so there is one thread only.'),
    );
  }
  if (facts.storage?.persisted === false) {
    found.push(
      reason('storage-not-persisted', {}, 'The browser may remove stored models when the disk runs full.'),
    );
  }
  return found;
}

function nothingFits({ backend, sizes: { precision, weightBytes } }: Candidate, runs: boolean): ChoiceReason {
  return reason(
    'nothing-fits',
    { backend, precision, weightBytes },
    runs
      ? `The model does not fit this device in any precision; ${precision} on ${backend} comes closest. Choose a smaller model.`
      : `A model in ${precision} runs on ${backend} alone. Choose another precision: int8 or fp32 run everywhere.`,
  );
}

function isSmaller(one: Candidate, other: Candidate): boolean {
  return one.sizes.weightBytes < other.sizes.weightBytes;
}

function distinct(reasons: readonly ChoiceReason[]): readonly ChoiceReason[] {
  return [...new Map(reasons.map((each) => [each.words, each])).values()];
}

function reason(code: ChoiceReason['code'], facts: ChoiceReason['facts'], words: string): ChoiceReason {
  return { code, facts, words };
}

function size(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.max(1, Math.round(bytes / 1e6))} MB`;
}
