import type { ModelShape } from '../full-size/shape.js';

/** What a model costs by its shape alone: work, memory, traffic. One multiplication with its addition is two operations. */
export interface Costs {
  /** Parameters of the vision tower and projector; of the language model. */
  readonly visionParameters: number;
  readonly languageParameters: number;
  readonly visualTokensPerTile: number;
  /** Operations of one tile through tower and projector. */
  readonly tileOperations: number;
  /** Operations of a prompt of so many tokens, without the head. */
  promptOperations(tokens: number): number;
  /** Parameters that a decoded token reads: all of the language model but the embedding table. */
  readonly decodedParameters: number;
  /** Elements of the KV cache for one token. */
  readonly cacheElements: number;
  /** Bytes of the pixel values of one tile in float32, and of its visual tokens. */
  readonly tileBytes: number;
  readonly visualTokenBytes: number;
}

export function costsOf({ vision, llm }: ModelShape): Costs {
  const { width, layers, mlpWidth, imageSize, patchSize } = vision;
  const patches = (imageSize / patchSize) ** 2;
  const rows = patches + 1;
  const towerMatrices = layers * (4 * width ** 2 + 2 * width * mlpWidth) + 3 * patchSize ** 2 * width;
  const projector = 4 * width * llm.hidden + llm.hidden ** 2;
  const visualTokensPerTile = patches / 4;
  const queries = llm.heads * llm.headSize;
  const keys = llm.kvHeads * llm.headSize;
  const layer = llm.hidden * (2 * queries + 2 * keys) + 3 * llm.hidden * llm.mlpWidth;
  const table = llm.vocabulary * llm.hidden;
  return {
    visionParameters: towerMatrices + projector,
    languageParameters: llm.layers * layer + 2 * table,
    visualTokensPerTile,
    tileOperations:
      2 * rows * towerMatrices + 4 * layers * rows ** 2 * width + 2 * visualTokensPerTile * projector,
    // Every token sees those before it: half of the square.
    promptOperations: (tokens) => 2 * tokens * llm.layers * layer + 2 * llm.layers * tokens ** 2 * queries,
    decodedParameters: llm.layers * layer + table,
    cacheElements: 2 * llm.layers * keys,
    tileBytes: 3 * imageSize ** 2 * 4,
    visualTokenBytes: visualTokensPerTile * llm.hidden * 4,
  };
}
