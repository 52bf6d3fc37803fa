import { performance } from 'node:perf_hooks';
import { decodeImage } from '@internvl/tiling/node';
import type { ChatModel } from '../chat-model.js';
import type { DecodeFile } from '../images/decode-image.js';
import type { LoadOptions } from '../load-options.js';
import { assembleModel, type GraphPart } from '../loading/assemble-model.js';
import { backendByName } from './backend-by-name.js';
import { convertedModel, storedPrecision } from './converted-model.js';

const decodeFile: DecodeFile = (file, options) => decodeImage(file, options);

/**
 * Everything of a model, loaded into this thread.
 *
 * @throws as `load`
 */
export async function loadModel(model: string, options: Omit<LoadOptions, 'worker'>): Promise<ChatModel> {
  const { backend: named = 'auto', threads, signal, onProgress, onNote } = options;
  const clock = () => performance.now();
  const start = clock();
  const backend = typeof named === 'string' ? await backendByName(named, { threads, onNote }) : named;
  const { converted, name, conversationFile } = await convertedModel(model, options);
  const { config, files, embed, decoder } = converted;
  const parts = {
    config,
    name,
    files,
    conversationFile,
    precision: storedPrecision(converted),
    vision: graphPart(await converted.vision()),
    embed: embed === undefined ? undefined : graphPart(embed),
    decoder: decoder === undefined ? undefined : graphPart(decoder),
  };
  return assembleModel(parts, { backend, decodeFile, clock, start, signal, onProgress, onNote });
}

function graphPart(path: string): GraphPart {
  return { file: path, source: async () => ({ path }) };
}
