import type { FinishReason } from '../generate-event.js';

/** One finished answer of a beam search. */
export interface Beam {
  /** New ids, the stop id included. */
  readonly ids: readonly number[];
  /** Sum of the tokens' log-probabilities over `ids.length ** lengthPenalty`. */
  readonly score: number;
  readonly reason: FinishReason;
}
