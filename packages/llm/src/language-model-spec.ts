import type { Rope } from './rope/rope.js';

/**
 * The sizes of a language model that its graphs do not tell, and those that they must agree with. A checkpoint's
 * `ModelConfig.llm` already is one.
 */
export interface LanguageModelSpec {
  readonly layers: number;
  readonly kvHeads: number;
  /** Head size of the checkpoint; the graph's may be larger (padded with zero weights to a multiple of 8). */
  readonly headSize: number;
  /** Width of an embedding and of a visual token. */
  readonly hidden: number;
  /** Rows of the output head: ids run from 0 to `vocabulary - 1`. */
  readonly vocabulary: number;
  /** Positions the model was made for, in tokens. */
  readonly maxPositions: number;
  readonly rope: Rope;
}
