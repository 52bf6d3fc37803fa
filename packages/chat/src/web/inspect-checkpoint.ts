import type { WebDevice } from '@internvl/backend-web';
import type { Checkpoint } from '@internvl/checkpoint';
import { openCheckpoint, type WebModel } from '@internvl/checkpoint/web';
import { workingBytes } from '../memory/memory-needs.js';
import { offeredPrecisions } from './offered-precisions.js';
import type { CheckpointFacts, InspectOptions } from './web-chat-host.js';
import type { WebRuntime } from './web-runtime.js';

/** What is offered when nobody says: the smallest first. */
const defaultPrecisions = ['q4', 'int8', 'fp16', 'fp32'];

/** What is known of a checkpoint before its weights are fetched. */
export async function inspectCheckpoint(
  model: WebModel,
  runtime: WebRuntime,
  { signal, onProgress }: InspectOptions,
): Promise<CheckpointFacts> {
  const checkpoint = await openCheckpoint(model, { ...runtime.fetching, signal, onProgress });
  try {
    return await checkpointFacts(checkpoint, runtime, { signal });
  } finally {
    await checkpoint.close();
  }
}

/** What this device would run an open checkpoint with, and what it takes. */
export async function checkpointFacts(
  checkpoint: Checkpoint,
  {
    precisions: names = defaultPrecisions,
    probe,
    choose,
  }: Pick<WebRuntime, 'precisions' | 'probe' | 'choose'>,
  {
    backend,
    signal,
  }: { readonly backend?: WebDevice | undefined; readonly signal?: AbortSignal | undefined },
): Promise<CheckpointFacts> {
  const { name, config, tensors } = checkpoint;
  const facts = await probe();
  const offers = await offeredPrecisions(checkpoint, names, facts, signal);
  const sizes = { precisions: offers, workingBytes: workingBytes(config) };
  const choice = choose(facts, sizes, { backend });
  const precisions = offers.flatMap((offer) => {
    const runnable = choice.runnable.find(({ precision }) => precision === offer.precision);
    return runnable ? [{ ...offer, ...runnable }] : [];
  });
  return {
    name,
    config,
    checkpointBytes: tensors.names().reduce((sum, tensor) => sum + tensors.info(tensor).bytes, 0),
    precisions,
    choice,
  };
}
