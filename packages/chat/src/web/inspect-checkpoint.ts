import { type Checkpoint, type PrecisionName, planConversion, type TensorSource } from '@internvl/checkpoint';
import { openCheckpoint, type WebModel } from '@internvl/checkpoint/web';
import type { CheckpointFacts, InspectOptions, OfferedPrecision } from './web-chat-host.js';
import type { WebRuntime } from './web-runtime.js';

/** What is offered when nobody says: the smallest first. */
const defaultPrecisions: readonly PrecisionName[] = ['q4', 'int8', 'fp16', 'fp32'];

/** What is known of a checkpoint before its weights are fetched. */
export async function inspectCheckpoint(
  model: WebModel,
  runtime: WebRuntime,
  { signal, onProgress }: InspectOptions,
): Promise<CheckpointFacts> {
  const checkpoint = await openCheckpoint(model, { ...runtime.fetching, signal, onProgress });
  try {
    return await checkpointFacts(checkpoint, runtime, signal);
  } finally {
    await checkpoint.close();
  }
}

/** Plans the conversion in every precision that is offered, which reads no weights but the position table. */
export async function checkpointFacts(
  { config, weights, tensors, name }: Checkpoint,
  { precisions: offered = defaultPrecisions, probe, choose }: WebRuntime,
  signal: AbortSignal | undefined,
): Promise<CheckpointFacts> {
  const source = remembering(weights);
  const precisions: OfferedPrecision[] = [];
  for (const precision of offered) {
    const { data } = await planConversion(config, source, {
      precision: { vision: precision, llm: precision },
      signal,
    });
    const largestTensorBytes = Math.max(...data.entries.map(({ tensor }) => tensor.bytes));
    precisions.push({ precision, weightBytes: data.bytes, largestTensorBytes });
  }
  const facts = await probe();
  signal?.throwIfAborted();
  return {
    name,
    config,
    checkpointBytes: tensors.names().reduce((sum, tensor) => sum + tensors.info(tensor).bytes, 0),
    precisions,
    choice: choose(facts, { precisions }),
  };
}

/** Reads a whole tensor once, however often it is planned with. */
function remembering(weights: TensorSource): TensorSource {
  const read = new Map<string, ReturnType<TensorSource['read']>>();
  return {
    names: () => weights.names(),
    has: (name) => weights.has(name),
    info: (name) => weights.info(name),
    read(name, range) {
      if (range?.first !== undefined || range?.count !== undefined) return weights.read(name, range);
      const found = read.get(name) ?? weights.read(name, range);
      read.set(name, found);
      return found;
    },
    readRows: (...range) => weights.readRows(...range),
    readBytes: (...range) => weights.readBytes(...range),
  };
}
