import type { FinishReason } from '../generate-event.js';
import type { Choice } from '../sampling/choice.js';
import { largest } from '../sampling/largest.js';
import { processScores } from '../sampling/process-scores.js';
import { logSumExp } from '../sampling/softmax.js';
import type { Beam } from './beam.js';

/** A beam that still grows. */
interface OpenBeam {
  readonly ids: readonly number[];
  /** Sum of log-probabilities, float32. */
  readonly score: number;
}

/** A continuation of the open beam in row `parent`. */
interface Candidate extends OpenBeam {
  readonly parent: number;
  readonly reason: FinishReason | undefined;
}

/** How a search goes, all resolved. */
export interface BeamRules {
  readonly count: number;
  readonly lengthPenalty: number;
  readonly earlyStopping: boolean | 'never';
  /** Tokens at which a beam ends. */
  readonly maxLength: number;
  /** Why it does. */
  readonly atMaxLength: FinishReason;
}

/**
 * Beam search without a model: takes the logits of each open beam, gives the parent of each beam that goes on.
 *
 * Source: transformers 4.55 `GenerationMixin._beam_search`, for one prompt.
 */
export class BeamState {
  readonly #choice: Choice;
  readonly #rules: BeamRules;
  #open: readonly OpenBeam[] = [{ ids: [], score: 0 }];
  #finished: readonly Beam[] = [];

  constructor(choice: Choice, rules: BeamRules) {
    this.#choice = choice;
    this.#rules = rules;
  }

  /** The last id of each open beam. */
  get lastIds(): readonly number[] {
    return this.#open.map(({ ids }) => ids.at(-1)!);
  }

  /** The best finished beams, best first. */
  get finished(): readonly Beam[] {
    return this.#finished;
  }

  /**
   * Takes one step. `logits` are `[vocabulary]` for each open beam: one at the start, then `count`.
   * Gives the row that each open beam came from, or undefined when the search is over.
   */
  advance(logits: readonly Float32Array[]): readonly number[] | undefined {
    const { count } = this.#rules;
    const candidates = this.#candidates(logits);
    const open = best(
      candidates.map((candidate) => ({
        ...candidate,
        score: candidate.reason ? Math.fround(candidate.score - 1e9) : candidate.score,
      })),
      count,
    );
    this.#finish(candidates.slice(0, count));
    this.#open = open;
    const over = candidates.every(({ reason }) => reason) || !this.#worthwhile();
    return over ? undefined : open.map(({ parent }) => parent);
  }

  /** Twice as many continuations as beams (more with several stop ids), so that enough of them stay open. */
  #candidates(logits: readonly Float32Array[]): readonly Candidate[] {
    const keep = Math.max(2, 1 + this.#choice.stopIds.size) * this.#rules.count;
    const all = logits.flatMap((row, parent) => {
      const { ids, score } = this.#open[parent]!;
      const total = logSumExp(row);
      const scores = processScores(
        row.map((logit) => logit - total),
        this.#choice,
        ids,
      ).map((logprob) => logprob + score);
      return largest(scores, keep).map((id) => ({ ids: [...ids, id], score: scores[id]!, parent }));
    });
    return best(all, keep).map((candidate) => ({ ...candidate, reason: this.#reason(candidate.ids) }));
  }

  #reason(ids: readonly number[]): FinishReason | undefined {
    if (this.#choice.stopIds.has(ids.at(-1)!)) return 'stop';
    if (this.#choice.stopWhen?.(ids)) return 'stop-string';
    return ids.length >= this.#rules.maxLength ? this.#rules.atMaxLength : undefined;
  }

  #finish(candidates: readonly Candidate[]): void {
    const { count, lengthPenalty } = this.#rules;
    const done = candidates.flatMap(({ ids, score, reason }) =>
      reason ? [{ ids, reason, score: Math.fround(score / Math.fround(ids.length ** lengthPenalty)) }] : [],
    );
    this.#finished = best([...this.#finished, ...done], count);
  }

  /** Whether an open beam may still beat a finished one. */
  #worthwhile(): boolean {
    const { count, lengthPenalty, earlyStopping, maxLength } = this.#rules;
    if (this.#finished.length < count) return true;
    if (earlyStopping === true) return false;
    const [leader] = this.#open;
    const length = earlyStopping === 'never' && lengthPenalty > 0 ? maxLength : leader!.ids.length;
    return Math.fround(leader!.score / Math.fround(length ** lengthPenalty)) > this.#finished.at(-1)!.score;
  }
}

/** The `count` highest scores, highest first; equals keep their order. */
function best<T extends { readonly score: number }>(entries: readonly T[], count: number): readonly T[] {
  return [...entries].sort((a, b) => b.score - a.score).slice(0, count);
}
