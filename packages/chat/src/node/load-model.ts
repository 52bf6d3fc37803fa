import { performance } from 'node:perf_hooks';
import type { Backend, Graph } from '@internvl/backend';
import { LanguageModel } from '@internvl/llm';
import { decodeImage } from '@internvl/tiling/node';
import { loadTokenizer } from '@internvl/tokenizer';
import { VisionEncoder } from '@internvl/vision';
import type { ChatModel, LanguageSide } from '../chat-model.js';
import type { DecodeFile } from '../images/decode-image.js';
import type { LoadOptions } from '../load-options.js';
import { promptStyleOf } from '../prompt/prompt-style-of.js';
import { backendByName } from './backend-by-name.js';
import { convertedModel, type FoundModel, storedPrecision } from './converted-model.js';

const decodeFile: DecodeFile = (file, options) => decodeImage(file, options);

/**
 * Everything of a model, loaded into this thread.
 *
 * @throws as `load`
 */
export async function loadModel(model: string, options: Omit<LoadOptions, 'worker'>): Promise<ChatModel> {
  const { backend: named = 'auto', threads, onNote } = options;
  const clock = () => performance.now();
  const start = clock();
  const backend = typeof named === 'string' ? await backendByName(named, { threads, onNote }) : named;
  const found = await convertedModel(model, options);
  const { converted } = found;
  const graphs: Graph[] = [];
  try {
    const load = await graphLoader(backend, found, graphs, options);
    const vision = new VisionEncoder(await load(await converted.vision()));
    const language = await languageSide(backend, found, load, onNote);
    return {
      config: converted.config,
      vision,
      language,
      decodeFile,
      backend: backend.name,
      precision: storedPrecision(converted),
      loadMs: clock() - start,
      clock,
    };
  } catch (error) {
    for (const graph of graphs) await graph.dispose();
    throw error;
  }
}

type LoadGraph = (path: string) => Promise<Graph>;

/** Loads graphs one by one, tells how far it is, and notes them in `graphs`. */
async function graphLoader(
  backend: Backend,
  { converted }: FoundModel,
  graphs: Graph[],
  { signal, onProgress }: Pick<LoadOptions, 'signal' | 'onProgress'>,
): Promise<LoadGraph> {
  const total = converted.decoder ? 3 : 1;
  return async (path) => {
    signal?.throwIfAborted();
    onProgress?.({ status: 'loading', file: path, loaded: graphs.length, total });
    const graph = await backend.load({ path }, { signal });
    graphs.push(graph);
    onProgress?.({ status: 'loading', file: path, loaded: graphs.length, total });
    return graph;
  };
}

async function languageSide(
  { capabilities }: Backend,
  { converted, name, conversationFile }: FoundModel,
  load: LoadGraph,
  onNote: LoadOptions['onNote'],
): Promise<LanguageSide | undefined> {
  const { config, embed, decoder } = converted;
  if (!config.llm || !embed || !decoder) return undefined;
  const files = await converted.files.readAll();
  const tokenizer = loadTokenizer(files);
  const prompts = promptStyleOf({ config, tokenizer, files, name, conversationFile, onNote });
  const model = new LanguageModel({
    capabilities,
    embed: await load(embed),
    decoder: await load(decoder),
    spec: config.llm,
  });
  return { model, tokenizer, prompts };
}
