import type { Backend, Graph, ModelSource } from '@internvl/backend';
import type { CheckpointFiles, ModelConfig } from '@internvl/checkpoint';
import { LanguageModel } from '@internvl/llm';
import { loadTokenizer } from '@internvl/tokenizer';
import { VisionEncoder } from '@internvl/vision';
import type { ChatModel, LanguageSide } from '../chat-model.js';
import { formatCompiler } from '../formats/format-compiler.js';
import type { DecodeFile } from '../images/decode-image.js';
import type { LoadProgress } from '../load-options.js';
import { promptStyleOf } from '../prompt/prompt-style-of.js';
import type { ByteStore } from '../tile-store/byte-store.js';
import type { ModelIdentity } from './model-identity.js';

/** A graph that can be loaded, and its name for people. */
export interface GraphPart {
  readonly file: string;
  /** Whether its weights want to be rearranged when it loads: `GraphLoadOptions.prepack`. */
  readonly prepack?: boolean | undefined;
  /** Reads it; asked once, and what it gave is let go of as soon as the graph is loaded. */
  source(): Promise<ModelSource>;
}

/** A converted model, wherever it lies. */
export interface ModelParts {
  readonly config: ModelConfig;
  /** Hub id, or name of the folder. */
  readonly name: string;
  /** How the weights are stored. */
  readonly precision: string;
  readonly identity: ModelIdentity;
  readonly files: CheckpointFiles;
  /** Text of the checkpoint's `conversation.py`, where there is one. */
  readonly conversationFile?: string | undefined;
  readonly vision: GraphPart;
  /** Absent, as the decoder, without a language model. */
  readonly embed?: GraphPart | undefined;
  readonly decoder?: GraphPart | undefined;
}

export interface AssembleOptions {
  readonly backend: Backend;
  readonly decodeFile: DecodeFile;
  /** Where visual tokens are kept beyond this program, if anywhere. */
  readonly byteStore?: ByteStore | undefined;
  readonly clock: () => number;
  /** When loading began, by the clock. */
  readonly start: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  readonly onNote?: ((note: string) => void) | undefined;
}

/**
 * Loads the graphs of a model one after the other, and its tokenizer. Graphs that were loaded are freed when another one
 * cannot be.
 *
 * @throws what the backend throws, `template-unknown`, `tokenizer-unreadable`, `signal.reason` when aborted
 */
export async function assembleModel(parts: ModelParts, options: AssembleOptions): Promise<ChatModel> {
  const { config, precision, identity } = parts;
  const { backend, decodeFile, byteStore, clock, start } = options;
  const graphs: Graph[] = [];
  try {
    const load = graphLoader(parts, graphs, options);
    const vision = new VisionEncoder(await load(parts.vision));
    const language = await languageSide(parts, load, options);
    return {
      config,
      vision,
      language,
      decodeFile,
      identity,
      byteStore,
      backend: backend.name,
      precision,
      loadMs: clock() - start,
      clock,
    };
  } catch (error) {
    for (const graph of graphs) await graph.dispose();
    throw error;
  }
}

type LoadGraph = (part: GraphPart) => Promise<Graph>;

/** Loads graphs, tells how far it is, and notes them in `graphs`. */
function graphLoader(
  { embed, decoder }: ModelParts,
  graphs: Graph[],
  { backend, signal, onProgress }: AssembleOptions,
): LoadGraph {
  const total = embed && decoder ? 3 : 1;
  return async ({ file, prepack, source }) => {
    signal?.throwIfAborted();
    onProgress?.({ status: 'loading', file, loaded: graphs.length, total });
    const graph = await backend.load(await source(), { signal, prepack });
    graphs.push(graph);
    onProgress?.({ status: 'loading', file, loaded: graphs.length, total });
    return graph;
  };
}

async function languageSide(
  { config, name, files: small, conversationFile, embed, decoder }: ModelParts,
  load: LoadGraph,
  { backend: { capabilities }, onNote }: AssembleOptions,
): Promise<LanguageSide | undefined> {
  if (!config.llm || !embed || !decoder) return undefined;
  const files = await small.readAll();
  const tokenizer = loadTokenizer(files);
  const prompts = promptStyleOf({ config, tokenizer, files, name, conversationFile, onNote });
  const model = new LanguageModel({
    capabilities,
    embed: await load(embed),
    decoder: await load(decoder),
    spec: config.llm,
  });
  return { model, tokenizer, prompts, formats: formatCompiler(tokenizer) };
}
