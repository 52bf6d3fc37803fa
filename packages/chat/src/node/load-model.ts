import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { isQuantised, type ModelConfig, type PrecisionName } from '@internvl/checkpoint';
import { cacheDirectory } from '@internvl/checkpoint/node';
import { decodeImage } from '@internvl/tiling/node';
import type { ChatModel } from '../chat-model.js';
import type { DecodeFile } from '../images/decode-image.js';
import type { LoadOptions } from '../load-options.js';
import { assembleModel, type GraphPart } from '../loading/assemble-model.js';
import { assertExperts } from '../loading/assert-experts.js';
import { assertHalves } from '../loading/assert-halves.js';
import { modelIdentity } from '../loading/model-identity.js';
import type { ByteStore } from '../tile-store/byte-store.js';
import { backendByName } from './backend-by-name.js';
import { memoryChecker } from './check-memory.js';
import { choosePrecision } from './choose-precision.js';
import { convertedModel, storedPrecision } from './converted-model.js';
import { folderByteStore } from './folder-byte-store.js';
import { freeMemory } from './free-memory.js';

const decodeFile: DecodeFile = (file, options) => decodeImage(file, options);

/**
 * Everything of a model, loaded into this thread.
 *
 * @param free memory that is free, bytes
 * @throws as `load`
 */
export async function loadModel(
  model: string,
  options: Omit<LoadOptions, 'worker'>,
  free: () => Promise<number> = freeMemory,
): Promise<ChatModel> {
  const { backend: named = 'auto', threads, signal, onProgress, onNote } = options;
  const clock = () => performance.now();
  const start = clock();
  const backend = typeof named === 'string' ? await backendByName(named, { threads, onNote }) : named;
  // A device has memory of its own, of which nobody tells how much is free.
  const check = backend.capabilities.deviceTensors ? undefined : memoryChecker(options, free);
  const choose = async (config: ModelConfig) => {
    const { precision, words } = await choosePrecision(config, backend, free);
    onNote?.(words);
    return precision;
  };
  const { converted, name, conversationFile } = await convertedModel(model, options, { choose, check });
  const { config, files, embed, decoder } = converted;
  const { vision, llm } = converted.manifest.precision;
  assertExperts(config, llm, backend.name);
  await assertHalves({ vision, llm }, backend, signal);
  const parts = {
    config,
    name,
    files,
    conversationFile,
    precision: storedPrecision(converted),
    identity: modelIdentity(converted.manifest),
    vision: graphPart(await converted.vision(), vision),
    embed: embed === undefined ? undefined : graphPart(embed, llm),
    decoder: decoder === undefined ? undefined : graphPart(decoder, llm),
  };
  const byteStore = await byteStoreOf(options);
  return assembleModel(parts, { backend, decodeFile, byteStore, clock, start, signal, onProgress, onNote });
}

/** Floats stay mapped from the disk; quantised weights are rearranged, or their kernels crawl. */
function graphPart(path: string, precision: PrecisionName): GraphPart {
  return {
    file: path,
    prepack: isQuantised(precision) ? true : undefined,
    source: async () => ({ path }),
  };
}

/** The folder of visual tokens, shared by all models; undefined where none are kept or it cannot be made. */
async function byteStoreOf({
  visionStoreBytes = 0,
  cache,
  env = process.env,
  onNote,
}: LoadOptions): Promise<ByteStore | undefined> {
  if (visionStoreBytes === 0) return undefined;
  const folder = join(cacheDirectory({ cache, env }), 'visual-tokens');
  try {
    return await folderByteStore(folder);
  } catch (error) {
    onNote?.(`Visual tokens can't be kept in ${folder}: ${Object(error).message}`);
    return undefined;
  }
}
