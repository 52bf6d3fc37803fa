import type { FinishReason, TokenEvent } from './generate-event.js';
import { argmax } from './sampling/argmax.js';
import type { Choice } from './sampling/choice.js';
import { draw } from './sampling/draw.js';
import { largest } from './sampling/largest.js';
import { penalises } from './sampling/penalties.js';
import { processScores } from './sampling/process-scores.js';
import { logSumExp } from './sampling/softmax.js';
import { warp } from './sampling/warp.js';
import type { TokenConstraint } from './token-constraint.js';

/** An argmax in the graph says nothing of NaN, so one token in this many is chosen from logits. */
const FINITE_CHECK_TOKENS = 32;

/** An answer as it grows: chooses the next token from logits and knows when it is over. */
export class Answer {
  readonly #choice: Choice;
  readonly #constraint: TokenConstraint | undefined;
  readonly #ids: number[] = [];
  #finished: FinishReason | undefined;

  /** `vocabulary`: logits of a row. */
  constructor(choice: Choice, vocabulary: number) {
    this.#choice = choice;
    this.#constraint = choice.constraint?.({ vocabulary, stopIds: choice.stopIds });
    if (choice.maxNewTokens === 0) this.#finished = 'length';
  }

  /** All new ids. */
  get ids(): readonly number[] {
    return this.#ids;
  }

  /** Why the answer is over, undefined while it is not. */
  get finished(): FinishReason | undefined {
    return this.#finished;
  }

  /** Ends the answer, unless it is over, because no further token fits the context. */
  fillContext(): void {
    this.#finished ??= 'context';
  }

  /**
   * Whether the next token must be chosen from logits. Where not, the id of the largest will do; every so often logits
   * are looked at all the same, for numbers that are none.
   */
  get needsLogits(): boolean {
    const { temperature, logprobs, onScores, minNewTokens, stopIds } = this.#choice;
    const index = this.#ids.length;
    if (temperature > 0 || logprobs !== undefined || onScores || this.#constraint) return true;
    if (penalises(this.#choice)) return true;
    return (index < minNewTokens && stopIds.size > 0) || index % FINITE_CHECK_TOKENS === 0;
  }

  /** Resolves when a token can be chosen without long work; undefined when it can now. */
  get ready(): Promise<void> | undefined {
    return this.#finished === undefined ? this.#constraint?.ready?.() : undefined;
  }

  /** Chooses a token by the logits behind the last one, `[vocabulary]`. */
  next(logits: Float32Array): TokenEvent {
    const { temperature, random, onScores } = this.#choice;
    const index = this.#ids.length;
    const scores = this.#scores(logits);
    onScores?.({ index, logits, scores });
    // Also when drawing: argmax refuses scores that have nothing to draw.
    const likeliest = argmax(scores);
    const id = temperature > 0 ? draw(scores, random) : likeliest;
    return { ...this.take(id), ...this.#logprobs(logits, id) };
  }

  /** Takes the id of the largest logit; only where not `needsLogits`. */
  take(id: number): TokenEvent {
    const { stopIds, stopWhen, maxNewTokens } = this.#choice;
    const index = this.#ids.length;
    this.#ids.push(id);
    const stop = stopIds.has(id);
    this.#constraint?.accept(id);
    if (stop || this.#constraint?.done) this.#finished = 'stop';
    else if (stopWhen?.(this.#ids)) this.#finished = 'stop-string';
    else if (this.#ids.length >= maxNewTokens) this.#finished = 'length';
    return { type: 'token', id, index, stop };
  }

  #scores(logits: Float32Array): Float32Array {
    const processed = processScores(logits, this.#choice, this.#ids);
    const samples = this.#choice.temperature > 0;
    if (!samples && !this.#constraint) return processed;
    const scores = processed === logits ? logits.slice() : processed;
    this.#constraint?.mask(scores);
    if (samples) warp(scores, this.#choice);
    return scores;
  }

  #logprobs(logits: Float32Array, id: number): Pick<TokenEvent, 'logprob' | 'topLogprobs'> {
    const { logprobs } = this.#choice;
    if (logprobs === undefined) return {};
    const total = logSumExp(logits);
    const logprob = logits[id]! - total;
    if (logprobs === 0) return { logprob };
    const topLogprobs = largest(logits, logprobs).map((top) => ({ id: top, logprob: logits[top]! - total }));
    return { logprob, topLogprobs };
  }
}
