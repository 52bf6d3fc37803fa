import { InternVLError } from '@internvl/backend';
import type { DeviceFacts, WebDevice } from '@internvl/backend-web';
import type { Checkpoint, OnProgress, PrecisionName } from '@internvl/checkpoint';
import { type ModelStore, openCheckpoint, type StoredConvertedModel } from '@internvl/checkpoint/web';
import { checkpointFacts } from './inspect-checkpoint.js';
import type { ModelToLoad } from './web-chat-host.js';
import type { WebRuntime } from './web-runtime.js';

export interface FindModelOptions {
  /** Devices that the caller wants, whatever suits the model. */
  readonly devices?: readonly WebDevice[] | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
  /** Look for damage in what is stored already, and convert that again. */
  readonly verify?: boolean | undefined;
}

/** A stored model, and the devices to try it on. */
export interface FoundModel {
  readonly stored: StoredConvertedModel;
  readonly devices: readonly WebDevice[];
}

const everyDevice: readonly WebDevice[] = ['webgpu', 'wasm'];

/**
 * Opens a stored model, or converts a checkpoint into the store unless it is there.
 *
 * @throws `nothing-fits` when no precision was asked for and this device can hold the model in none; as `openCheckpoint`,
 * `ModelStore.convert` and `ModelStore.open`
 */
export async function findModel(
  model: ModelToLoad,
  runtime: WebRuntime,
  store: ModelStore,
  { devices, signal, onProgress, verify }: FindModelOptions,
): Promise<FoundModel> {
  const inOrder = (first: WebDevice) => devices ?? [...new Set([first, ...(runtime.devices ?? everyDevice)])];
  if ('stored' in model) {
    const stored = await store.open(model.stored, { signal });
    return { stored, devices: inOrder(preferred(await runtime.probe())) };
  }
  const checkpoint = await openCheckpoint(model.checkpoint, { ...runtime.fetching, signal, onProgress });
  try {
    const { precision, ...plan } =
      model.precision && devices
        ? { precision: model.precision, devices }
        : await suited(checkpoint, model.precision, runtime, signal);
    const stored = await store.convert(checkpoint, {
      precision,
      download: model.download,
      verify,
      signal,
      onProgress,
    });
    return { stored, devices: 'devices' in plan ? plan.devices : inOrder(plan.device) };
  } finally {
    await checkpoint.close();
  }
}

/** The precision and device that suit a checkpoint here. */
async function suited(
  checkpoint: Checkpoint,
  wanted: PrecisionName | undefined,
  runtime: WebRuntime,
  signal: AbortSignal | undefined,
): Promise<{ readonly precision: PrecisionName; readonly device: WebDevice }> {
  const offered = wanted ? { ...runtime, precisions: [wanted] } : runtime;
  const { name, choice, precisions } = await checkpointFacts(checkpoint, offered, signal);
  const chosen = precisions.find(({ precision }) => precision === choice.precision);
  if (chosen && (choice.fits || wanted)) return { precision: chosen.precision, device: choice.backend };
  throw new InternVLError(
    'nothing-fits',
    `Expected a model that this device can hold, ${name} is not: ${choice.words.join(' ')}`,
    { name, precisions, reasons: choice.reasons },
  );
}

/** What is tried first for a model of which only the files are known: a GPU, unless it is one in software. */
function preferred({ webgpu }: DeviceFacts): WebDevice {
  return webgpu && !webgpu.fallbackAdapter ? 'webgpu' : 'wasm';
}
