import { InternVLError } from '@internvl/backend';
import type { RuntimeChoice, WebDevice } from '@internvl/backend-web';
import { type Checkpoint, type OnProgress, parsePrecision } from '@internvl/checkpoint';
import { type ModelStore, openCheckpoint, type StoredConvertedModel } from '@internvl/checkpoint/web';
import { checkpointFacts } from './inspect-checkpoint.js';
import { offeredPrecisions } from './offered-precisions.js';
import { storedPrecision } from './stored-parts.js';
import type { ModelToLoad, PrecisionOffer } from './web-chat-host.js';
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
 * @throws `nothing-fits` when this device can run the model in no precision or not in the one that was asked for, or when none
 * was asked for and it can hold none; as `openCheckpoint`, `ModelStore.convert` and `ModelStore.open`
 */
export async function findModel(
  model: ModelToLoad,
  runtime: WebRuntime,
  store: ModelStore,
  { devices, signal, onProgress, verify }: FindModelOptions,
): Promise<FoundModel> {
  if ('stored' in model) {
    const stored = await store.open(model.stored, { signal });
    return { stored, devices: devices ?? (await devicesOf(stored, runtime)) };
  }
  const checkpoint = await openCheckpoint(model.checkpoint, { ...runtime.fetching, signal, onProgress });
  try {
    const plan = await planFor(checkpoint, model.precision, runtime, { devices, signal });
    const stored = await store.convert(checkpoint, {
      precision: parsePrecision(plan.offer.precision),
      maxTensorBytes: plan.offer.maxTensorBytes,
      download: model.download,
      verify,
      signal,
      onProgress,
    });
    return { stored, devices: plan.devices };
  } finally {
    await checkpoint.close();
  }
}

/** How a checkpoint is stored, and where it runs. */
interface Plan {
  readonly offer: PrecisionOffer;
  readonly devices: readonly WebDevice[];
}

async function planFor(
  checkpoint: Checkpoint,
  wanted: string | undefined,
  runtime: WebRuntime,
  { devices, signal }: Pick<FindModelOptions, 'devices' | 'signal'>,
): Promise<Plan> {
  if (wanted !== undefined && devices) {
    const [offer] = await offeredPrecisions(checkpoint, [wanted], await runtime.probe(), signal);
    return { offer: offer!, devices };
  }
  const offered = wanted === undefined ? runtime : { ...runtime, precisions: [wanted] };
  const options = { backend: devices?.[0], signal };
  const { name, choice, precisions } = await checkpointFacts(checkpoint, offered, options);
  const offer = precisions.find(({ precision }) => precision === choice.precision);
  if (offer && (choice.fits || wanted !== undefined)) {
    return { offer, devices: devices ?? devicesFor(choice, runtime) };
  }
  throw new InternVLError(
    'nothing-fits',
    `Expected a model that this device can hold, ${name} is not: ${choice.words.join(' ')}`,
    { name, precisions, reasons: choice.reasons },
  );
}

/** What a stored model can be tried on: its weights cannot be stored another way any more. */
async function devicesOf(
  { manifest }: StoredConvertedModel,
  runtime: WebRuntime,
): Promise<readonly WebDevice[]> {
  const { bytes = 0 } = manifest.files.find(({ path }) => path === manifest.data) ?? {};
  const stored = {
    precision: storedPrecision(manifest),
    weightBytes: bytes,
    largestTensorBytes: manifest.maxTensorBytes ?? 0,
  };
  return devicesFor(
    runtime.choose(await runtime.probe(), { precisions: [stored], storeBytes: 0 }, {}),
    runtime,
  );
}

/** What runs the precision that was chosen, what was chosen with it first. */
function devicesFor(
  { backend, precision, runnable }: RuntimeChoice,
  { devices = everyDevice }: WebRuntime,
): readonly WebDevice[] {
  const able = runnable.find((each) => each.precision === precision)?.backends ?? [];
  return [...new Set([backend, ...devices.filter((device) => able.includes(device))])];
}
