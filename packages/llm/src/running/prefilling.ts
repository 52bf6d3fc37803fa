import { capacityFor } from '../cache/capacity.js';
import type { PrefillProgressEvent } from '../generate-event.js';
import type { LanguageModel } from '../language-model.js';
import type { Prompt } from '../prompt.js';
import { Sequence, type SequenceRow } from '../sequence.js';
import { behind } from './behind.js';
import { type ContentKey, commonLength, keyOfFirst } from './content-key.js';
import type { Lane } from './lane.js';
import type { PrefixEntry, PrefixStore } from './prefix-store.js';

/** Fewer tokens in common are not worth a copy. */
const WORTH_TOKENS = 16;

/** A running conversation that a prompt may have its beginning in common with. */
export interface RunningRow extends SequenceRow {
  readonly key: ContentKey;
}

/** What a prompt has in common with a cache. */
interface Found {
  readonly common: number;
  readonly kept?: PrefixEntry;
  readonly row?: SequenceRow;
}

interface Started {
  readonly sequence: Sequence;
  readonly cachedTokens: number;
  readonly chunks: AsyncGenerator<PrefillProgressEvent, Float32Array, undefined>;
}

/** A prompt on its way through the model, chunk by chunk. */
export class Prefilling {
  readonly lane: Lane;
  readonly #model: LanguageModel;
  readonly #store: PrefixStore;
  /** Tokens to make room for at once, where a cache is copied. */
  readonly #capacity: number;
  #started: Started | undefined;

  constructor(model: LanguageModel, store: PrefixStore, lane: Lane) {
    this.lane = lane;
    this.#model = model;
    this.#store = store;
    this.#capacity = Math.min(capacityFor(lane.key.ids.length + 1), model.contextTokens);
  }

  /** The cache, until it is handed on; undefined before the start and when the answer is over. */
  get sequence(): Sequence | undefined {
    return this.#started?.sequence;
  }

  /**
   * Whether it is better to let `other` go first, because its prompt, which is on its way, begins alike for longer than
   * anything that is cached.
   */
  gainsFrom(other: Prefilling, running: Iterable<RunningRow>): boolean {
    if (this.#started || !other.#started) return false;
    const most = this.lane.key.ids.length - 1;
    const common = Math.min(commonLength(other.lane.key, this.lane.key), most);
    return common >= WORTH_TOKENS && common > this.#find(running).common;
  }

  /** Runs the next chunk; true when there is no further one, because the first token is out or nothing will come. */
  async advance(running: Iterable<RunningRow>): Promise<boolean> {
    const { lane } = this;
    try {
      const { chunks, sequence } = await this.#start(running);
      let next = await chunks.next();
      if (!next.done) {
        lane.give(next.value);
        // The last chunk is followed by its logits at once.
        if (next.value.tokens < next.value.total) return false;
        next = await chunks.next();
      }
      if (next.done) this.#choose(sequence, next.value);
    } catch (error) {
      lane.fail(error);
    }
    if (lane.gone || lane.answer.finished !== undefined) this.abandon();
    return true;
  }

  /** Keeps of the cache what others may want. */
  abandon(): void {
    const { sequence } = this.#started ?? {};
    this.#started = undefined;
    if (!sequence) return;
    const { key, answer, hold } = this.lane;
    this.#store.put({ key: keyOfFirst(key, answer.ids, sequence.length), sequence }, hold);
  }

  async #start(running: Iterable<RunningRow>): Promise<Started> {
    if (this.#started) return this.#started;
    const { lane } = this;
    const prompt: Prompt = lane.prompt!;
    const sequence = this.#begin(running);
    const cachedTokens = sequence.length;
    lane.give({ type: 'started', cachedTokens });
    const rest = await behind(prompt, cachedTokens);
    const chunks = this.#model.prefillChunks(sequence, rest, { ...lane.options, signal: lane.signal });
    this.#started = { sequence, cachedTokens, chunks };
    lane.prompt = undefined;
    return this.#started;
  }

  #choose(sequence: Sequence, logits: Float32Array): void {
    const { lane } = this;
    const { answer } = lane;
    if (answer.finished === undefined) {
      const token = answer.next(logits);
      if (sequence.length >= this.#model.contextTokens) answer.fillContext();
      lane.give(token);
    }
    if (answer.finished !== undefined) {
      lane.give(lane.finished(answer.finished));
    }
  }

  /** A cache that begins as the prompt does: taken over where it is nobody else's, else copied. */
  #begin(running: Iterable<RunningRow>): Sequence {
    const { common, row, kept } = this.#find(running);
    if (row) return Sequence.beginning({ ...row, length: common }, this.#capacity);
    if (!kept) return this.#model.sequence();
    const { sequence } = kept;
    if (this.#mayTake(kept, common)) {
      this.#store.take(kept);
      sequence.truncate(common);
      return sequence;
    }
    this.#store.touch(kept);
    const { cache, reach } = sequence;
    return Sequence.beginning({ cache, row: 0, length: common, reach }, this.#capacity);
  }

  /** The longest beginning of the prompt that some cache holds. */
  #find(running: Iterable<RunningRow>): Found {
    const { key, hold } = this.lane;
    const most = key.ids.length - 1;
    const own = this.#store.heldBy(hold);
    let found: Found = { common: 0 };
    for (const kept of this.#store.entries) {
      const common = Math.min(commonLength(kept.key, key), most);
      const worth = kept === own ? 1 : WORTH_TOKENS;
      const better = common > found.common || (common === found.common && kept === own);
      if (common < worth || !better || !kept.sequence.reusableFor(key.ids.length, common)) continue;
      found = { common, kept };
    }
    for (const row of running) {
      const common = Math.min(commonLength(row.key, key), most);
      if (common <= found.common || common < WORTH_TOKENS) continue;
      if (row.reach.matches(key.ids.length, common)) found = { common, row };
    }
    return found;
  }

  /** Whether an entry is of no use to others: the conversation's own, or one that this prompt goes on from its end. */
  #mayTake(entry: PrefixEntry, common: number): boolean {
    const { hold } = this.lane;
    if (this.#store.othersHold(entry, hold)) return false;
    return this.#store.heldBy(hold) === entry || common === entry.key.ids.length;
  }
}
