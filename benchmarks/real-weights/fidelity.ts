import type { LanguageModel } from '@internvl/llm';
import { logitsOf } from './language-run.js';

/** How a model reads a page, token after token, the true text before each. */
export interface Reading {
  /** `exp` of the mean of `−ln p` of the tokens behind the first. */
  readonly perplexity: number;
  /** Id of the largest logit behind each token. */
  readonly best: readonly number[];
  /** Against the reading it is compared with. */
  readonly drift?: Drift | undefined;
}

export interface Drift {
  /** Share of positions with the same best token. */
  readonly sameBest: number;
  /** Mean over positions of the Kullback-Leibler divergence from the exact distribution, nats. */
  readonly divergence: number;
  readonly largestError: number;
  /** Root of the mean square of the logits' errors. */
  readonly error: number;
}

/** Reads a page; `exact` are the logits of the model to compare with, as `collectLogits` gives them. */
export async function readPage(
  model: LanguageModel,
  ids: readonly number[],
  exact?: readonly Float32Array[],
): Promise<Reading> {
  let surprise = 0;
  const best: number[] = [];
  let [same, divergence, largestError, squares] = [0, 0, 0, 0];
  let at = 0;
  for await (const logits of logitsOf(model, ids)) {
    const total = logSumExp(logits);
    const next = ids[at + 1];
    if (next !== undefined) surprise += total - logits[next]!;
    best.push(largest(logits));
    const other = exact?.[at];
    if (other) {
      const otherTotal = logSumExp(other);
      if (best[at] === largest(other)) same++;
      for (let id = 0; id < logits.length; id++) {
        const error = logits[id]! - other[id]!;
        squares += error * error;
        if (Math.abs(error) > largestError) largestError = Math.abs(error);
        const log = other[id]! - otherTotal;
        divergence += Math.exp(log) * (log - (logits[id]! - total));
      }
    }
    at++;
  }
  const perplexity = Math.exp(surprise / (ids.length - 1));
  if (!exact) return { perplexity, best };
  const error = Math.sqrt(squares / (at * exact[0]!.length));
  return {
    perplexity,
    best,
    drift: { sameBest: same / at, divergence: divergence / at, largestError, error },
  };
}

/** All logits behind the tokens of a page, copied. */
export async function collectLogits(model: LanguageModel, ids: readonly number[]): Promise<Float32Array[]> {
  const all: Float32Array[] = [];
  for await (const logits of logitsOf(model, ids)) all.push(logits.slice());
  return all;
}

function logSumExp(logits: Float32Array): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const logit of logits) if (logit > most) most = logit;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - most);
  return most + Math.log(sum);
}

function largest(logits: Float32Array): number {
  let best = 0;
  for (let id = 1; id < logits.length; id++) if (logits[id]! > logits[best]!) best = id;
  return best;
}
