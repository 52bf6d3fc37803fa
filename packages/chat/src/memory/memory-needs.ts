import { type ModelConfig, type PrecisionName, parsePrecision } from '@internvl/checkpoint';

/** What a model takes while one conversation runs, bytes. */
export interface MemoryNeeds {
  /** The weights as they lie in memory once they are loaded. */
  readonly weightBytes: number;
  /** How many of these are mapped from the file: the system may drop them, and every token then reads them again. */
  readonly mappedBytes: number;
  /** Keys and values of the context. */
  readonly cacheBytes: number;
  /** What the runs hold beside: a tile in the vision encoder, a chunk of the prompt, logits, visual tokens. */
  readonly activationBytes: number;
  /** All of it. */
  readonly neededBytes: number;
}

export interface MemoryNeedsOptions {
  /** How the weights are stored: `'q4'`, `'int8+q4'`. */
  readonly precision: string;
  /** Bytes of the stored weights: the size of the data file, or `plannedBytes` of `@internvl/checkpoint` before there is one. */
  readonly storedBytes: number;
  /** Tokens of prompt and answer together. */
  readonly contextTokens: number;
  /** Tiles of all images. */
  readonly tiles: number;
}

/**
 * Bytes in memory for each stored byte, measured with ONNX Runtime 1.30 on x86: half floats are widened when they are
 * loaded, four-bit blocks are packed anew.
 */
const GROWTH: Partial<Record<PrecisionName, number>> = { fp16: 2, q4: 1.15 };

/** The runtime and JavaScript themselves: what the run in docs/performance.md took beyond the rest. */
const RUNTIME_BYTES = 200 * 2 ** 20;

/** Tokens of a prompt that run together when nobody says. */
const CHUNK_TOKENS = 512;

/**
 * What a model takes on a processor, from its description alone. Weights count in full though those in float32 are only
 * mapped: what does not stay in memory is read from the disk for each token.
 */
export function memoryNeeds(
  config: ModelConfig,
  { precision, storedBytes, contextTokens, tiles }: MemoryNeedsOptions,
): MemoryNeeds {
  const { vision, llm } = parsePrecision(precision);
  const parts = config.llm ? [vision, llm] : [vision];
  const weightBytes = Math.round(storedBytes * Math.max(...parts.map((part) => GROWTH[part] ?? 1)));
  const mappedBytes = parts.every((part) => part === 'fp32') ? weightBytes : 0;
  const cacheBytes = keyValueBytes(config, contextTokens);
  const activationBytes = runBytes(config, contextTokens, tiles);
  const neededBytes = weightBytes + cacheBytes + activationBytes + RUNTIME_BYTES;
  return { weightBytes, mappedBytes, cacheBytes, activationBytes, neededBytes };
}

/** Bytes of everything but the weights, for one image of the most tiles. */
export function workingBytes(config: ModelConfig): number {
  const { cacheBytes, activationBytes } = memoryNeeds(config, {
    precision: 'fp32',
    storedBytes: 0,
    ...usualUse(config),
  });
  return cacheBytes + activationBytes;
}

/** One image of the most tiles, a page of text, and the longest answer when nobody says. */
export function usualUse({ dynamicTiles, maxTiles, thumbnail, tokensPerTile, llm }: ModelConfig): {
  readonly tiles: number;
  readonly contextTokens: number;
} {
  const tiles = dynamicTiles ? maxTiles + (thumbnail && maxTiles > 1 ? 1 : 0) : 1;
  const contextTokens = llm ? Math.min(llm.maxPositions, tiles * tokensPerTile + 512 + 1024) : 0;
  return { tiles, contextTokens };
}

/** Keys and values in float32, head sizes padded as the graph wants them. */
function keyValueBytes({ llm }: ModelConfig, tokens: number): number {
  if (!llm) return 0;
  const headSize = 8 * Math.ceil(llm.headSize / 8);
  return 2 * llm.layers * llm.kvHeads * headSize * 4 * tokens;
}

/** The widest that one tile, one chunk and one step hold at a time; a runtime keeps the memory of each graph. */
function runBytes(config: ModelConfig, contextTokens: number, tiles: number): number {
  const { vision, llm, tileSize, tokensPerTile } = config;
  const positions = 1 + Math.floor(tileSize / vision.patchSize) ** 2;
  const pixels = 3 * tileSize ** 2;
  const tile = pixels + positions * (6 * vision.width + 2 * vision.mlpWidth) + vision.heads * positions ** 2;
  if (!llm) return 4 * tile;
  const chunk = Math.min(CHUNK_TOKENS, contextTokens);
  const prefill =
    chunk * (6 * llm.hidden + 3 * (llm.experts?.mlpWidth ?? llm.mlpWidth)) +
    llm.heads * chunk * contextTokens;
  const visualTokens = tiles * tokensPerTile * llm.hidden;
  return 4 * (tile + prefill + 2 * llm.vocabulary + visualTokens);
}
