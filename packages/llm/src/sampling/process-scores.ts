import type { Choice } from './choice.js';
import { applyPenalties, penalises } from './penalties.js';

/**
 * Scores after penalties and, while fewer than `minNewTokens` are out, without stop ids: a copy, or `scores` itself
 * where nothing applies. `ids` are the new ids so far.
 */
export function processScores(scores: Float32Array, choice: Choice, ids: readonly number[]): Float32Array {
  const penalised = penalises(choice);
  const early = ids.length < choice.minNewTokens;
  if (!penalised && !early) return scores;
  const processed = scores.slice();
  if (penalised) applyPenalties(processed, choice, ids);
  if (early) {
    for (const id of choice.stopIds) if (id < processed.length) processed[id] = Number.NEGATIVE_INFINITY;
  }
  return processed;
}
