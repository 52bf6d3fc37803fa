import type { TokenEvent } from '../generate-event.js';
import type { LanguageModel } from '../language-model.js';
import type { Sequence } from '../sequence.js';
import { type SequenceBatch, withLastAt } from '../sequence-batch.js';
import { keyOfFirst } from './content-key.js';
import type { Lane } from './lane.js';
import type { RunningRow } from './prefilling.js';
import type { PrefixStore } from './prefix-store.js';
import { PromptLookup } from './prompt-lookup.js';

/** The answers whose prompts are in, one row each, stepped together. */
export class DecodingRows {
  readonly #model: LanguageModel;
  readonly #store: PrefixStore;
  readonly #batch: SequenceBatch;
  #lanes: Lane[] = [];

  readonly #promptLookup: boolean;

  constructor(model: LanguageModel, store: PrefixStore, promptLookup: boolean) {
    this.#model = model;
    this.#promptLookup = promptLookup;
    this.#store = store;
    this.#batch = model.batch([]);
  }

  get lanes(): readonly Lane[] {
    return this.#lanes;
  }

  /** Rows that there is memory for. */
  get room(): number {
    return this.#batch.cache.room;
  }

  /** Tokens that each row has room for. */
  get capacity(): number {
    return this.room === 0 ? 0 : this.#batch.cache.capacity;
  }

  /** The rows, borrowed, to copy from. */
  get running(): readonly RunningRow[] {
    return this.#lanes.map((lane, row) => ({ ...this.#batch.row(row), key: this.#keyOf(lane, row) }));
  }

  join(lane: Lane, sequence: Sequence): void {
    this.#batch.join(sequence);
    this.#lanes.push(lane);
  }

  /**
   * Runs the last token of every row and chooses the next of those whose reader wants one; the others run it again with
   * the next step. False when no reader wants one.
   */
  async step(lead: number): Promise<boolean> {
    const lanes = this.#lanes;
    const moving = lanes.map((lane) => lane.wants(lead));
    if (!moving.includes(true)) return false;
    const guess = this.#guess();
    if (guess.length > 0) {
      await this.#stepAhead(lanes[0]!, guess);
      return true;
    }
    const before = this.#batch.lengths;
    let choices: readonly ((() => TokenEvent) | undefined)[];
    try {
      choices = await this.#choices(moving);
    } catch (error) {
      for (const lane of lanes) lane.fail(error);
      return true;
    }
    for (const [row, lane] of lanes.entries()) {
      const choose = choices[row];
      if (choose) this.#choose(lane, choose, this.#batch.lengths[row]!);
      else this.#batch.truncate(row, before[row]!);
    }
    return true;
  }

  /** Lets go of the rows of those who are done or went away. */
  sweep(): void {
    for (let row = this.#lanes.length - 1; row >= 0; row--) {
      const lane = this.#lanes[row]!;
      if (!lane.gone && lane.answer.finished === undefined) continue;
      this.#leave(lane, row);
    }
  }

  /** Drops everything. */
  clear(): void {
    this.#lanes = [];
    this.#batch.dispose();
  }

  /** What the only answer may go on with. */
  #guess(): readonly number[] {
    const [lane, ...others] = this.#lanes;
    if (!this.#promptLookup || !lane || others.length > 0) return [];
    const { answer, key, slotId, maxNewTokens } = lane;
    lane.lookup ??= new PromptLookup(key.ids, slotId);
    for (const id of answer.ids.slice(lane.lookup.length - key.ids.length)) lane.lookup.add(id);
    const length = this.#batch.lengths[0]!;
    const most = Math.min(this.#model.contextTokens - length, maxNewTokens - answer.ids.length) - 1;
    const guess = lane.lookup.guess(most);
    // Keys of all guessed tokens must be turned as they would be one by one.
    return this.#batch.reaches[0]!.turnsAlike(length + 1, length + 1 + guess.length) ? guess : [];
  }

  /** Runs the last token and guessed ones behind it, and chooses as long as what is chosen is what was guessed. */
  async #stepAhead(lane: Lane, guess: readonly number[]): Promise<void> {
    const { answer } = lane;
    const start = this.#batch.lengths[0]!;
    const byLogits = answer.needsLogits || !this.#model.choosesGreedily;
    let choices: readonly (() => TokenEvent)[];
    try {
      choices = await this.#choicesAhead(lane, guess, byLogits);
    } catch (error) {
      lane.fail(error);
      return;
    }
    let chosen = 0;
    let right = 0;
    for (const choose of choices) {
      if (chosen > right || lane.gone || answer.finished !== undefined) break;
      if (chosen > 0 && ((answer.needsLogits && !byLogits) || answer.ready)) break;
      if (this.#choose(lane, choose, start + chosen + 1, guess[chosen])) right++;
      chosen++;
    }
    this.#batch.truncate(0, start + chosen);
  }

  async #choicesAhead(
    { answer, signal }: Lane,
    guess: readonly number[],
    byLogits: boolean,
  ): Promise<readonly (() => TokenEvent)[]> {
    const ids = [answer.ids.at(-1)!, ...guess];
    if (byLogits) {
      const logits = await this.#model.stepAhead(this.#batch, ids, { signal });
      return logits.map((behind) => () => answer.next(behind));
    }
    const next = await this.#model.stepAheadGreedily(this.#batch, ids, { signal });
    return next.map((id) => () => answer.take(id));
  }

  /** `length`: tokens in the cache before the one that is chosen. True when it is the one that was guessed. */
  #choose(lane: Lane, choose: () => TokenEvent, length: number, guess?: number): boolean {
    const { answer } = lane;
    if (lane.gone) return false;
    try {
      const token = choose();
      const guessed = token.id === guess;
      if (length >= this.#model.contextTokens) answer.fillContext();
      lane.give(guessed ? { ...token, guessed } : token);
      if (answer.finished !== undefined) lane.give(lane.finished(answer.finished));
      return guessed;
    } catch (error) {
      lane.fail(error);
      return false;
    }
  }

  /** Runs all rows; what it returns chooses the next token of each row that moves. */
  async #choices(moving: readonly boolean[]): Promise<readonly ((() => TokenEvent) | undefined)[]> {
    const lanes = this.#lanes;
    const ids = lanes.map(({ answer }) => answer.ids.at(-1)!);
    // Nobody ends a run that others wait for.
    const signal = lanes.length === 1 ? lanes[0]!.signal : undefined;
    const needsLogits = lanes.some(({ answer }, row) => moving[row] && answer.needsLogits);
    if (needsLogits || !this.#model.choosesGreedily) {
      const logits = await this.#model.stepBatch(this.#batch, ids, { signal });
      return lanes.map(({ answer }, row) => (moving[row] ? () => answer.next(logits[row]!) : undefined));
    }
    const next = await this.#model.stepBatchGreedily(this.#batch, ids, { signal });
    return lanes.map(({ answer }, row) => (moving[row] ? () => answer.take(next[row]!) : undefined));
  }

  #keyOf(lane: Lane, row: number) {
    return keyOfFirst(lane.key, lane.answer.ids, this.#batch.lengths[row]!);
  }

  #leave(lane: Lane, row: number): void {
    const key = this.#keyOf(lane, row);
    if (this.#store.wants(key.ids.length * this.#model.tokenBytes, lane.hold)) {
      this.#store.put({ key, sequence: this.#batch.part(row) }, lane.hold);
    } else {
      this.#batch.drop(row);
    }
    this.#lanes = withLastAt(row, this.#lanes);
  }
}
