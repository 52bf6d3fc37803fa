import type { Tensor } from '@internvl/backend';
import { Answer } from '../answer.js';
import { capacityFor } from '../cache/capacity.js';
import { assertFits } from '../context.js';
import type { LanguageModel } from '../language-model.js';
import type { Prompt } from '../prompt.js';
import { resolveChoice } from '../sampling/choice.js';
import { checkPrompt } from '../slots.js';
import { contentKey } from './content-key.js';
import { DecodingRows } from './decoding-rows.js';
import { type KeptPrefix, keptPrefix, sequenceOf } from './kept-prefix.js';
import { Lane, type RunningEvent } from './lane.js';
import { Prefilling } from './prefilling.js';
import { type PrefixHold, PrefixStore } from './prefix-store.js';
import {
  assertRunningOptions,
  DEFAULT_ANSWERS,
  DEFAULT_PARALLEL_BYTES,
  type RunningBatchOptions,
  type RunningOptions,
} from './running-options.js';

/** Events that an answer may be ahead of its reader while others run beside it. */
const LEAD_EVENTS = 2;

/** An answer that waits for a row, and the tokens it may come to. */
interface Waiting {
  readonly lane: Lane;
  readonly tokens: number;
}

/**
 * Answers of one model that run together: they join at the end of their prefill and leave when they are over, between
 * two runs of the model, on one decoder graph. Between two steps of all at most one chunk of one prompt is run, prompts
 * taking turns. Every answer gets the ids it would get alone.
 *
 * What a prompt has in common with the beginning of an earlier or a running conversation, images included, is copied
 * from that one's cache.
 */
export class RunningBatch {
  readonly #model: LanguageModel;
  readonly #limits: { readonly parallelAnswers: number; readonly parallelBytes: number };
  readonly #pause: () => Promise<void>;
  readonly #store: PrefixStore;
  readonly #waiting: Waiting[] = [];
  readonly #prefilling: Prefilling[] = [];
  readonly #decoding: DecodingRows;
  /** Tokens that each answer with a row may come to. */
  readonly #reserved = new Map<Lane, number>();
  readonly #names = new WeakMap<Tensor<'float32'>, string>();
  #named = 0;
  #running: Promise<void> | undefined;
  /** Whether somebody asked for something since the last look. */
  #woken = false;

  /** @throws `invalid-option` */
  constructor(
    model: LanguageModel,
    {
      parallelAnswers = DEFAULT_ANSWERS,
      parallelBytes = DEFAULT_PARALLEL_BYTES,
      prefixCacheBytes,
      promptLookup = true,
      pause = () => Promise.resolve(),
    }: RunningBatchOptions = {},
  ) {
    assertRunningOptions(parallelAnswers, parallelBytes);
    this.#model = model;
    this.#limits = { parallelAnswers, parallelBytes };
    this.#pause = pause;
    this.#store = new PrefixStore(prefixCacheBytes);
    this.#decoding = new DecodingRows(model, this.#store, promptLookup);
  }

  /** How many answers run together at most. */
  get parallelAnswers(): number {
    return this.#limits.parallelAnswers;
  }

  /** Answers that have a row, and those that wait for one. */
  get load(): { readonly running: number; readonly waiting: number } {
    return { running: this.#reserved.size, waiting: this.#waiting.length };
  }

  /** Bytes of keys and values kept for prompts to come. */
  get prefixBytes(): number {
    return this.#store.bytes;
  }

  /** Something that keeps the cache of one conversation between its answers, whatever room there is. */
  hold(): PrefixHold {
    return this.#store.hold();
  }

  /**
   * A copy of what a hold keeps, for another program; undefined where it keeps nothing or its cache lies on a device. Answers
   * of that hold have to be over or left.
   */
  async kept(hold: PrefixHold): Promise<KeptPrefix | undefined> {
    // What its last answer leaves is stored a moment after its last event.
    while ([...this.#reserved.keys()].some((lane) => lane.hold === hold)) await this.#pause();
    const entry = this.#store.heldBy(hold);
    return entry && keptPrefix(entry);
  }

  /**
   * Puts what was kept of a conversation of this very model, on the same backend, under a hold: the next prompt that begins
   * alike goes on from there. Names of visual tokens are those given when it was made.
   *
   * @throws `shape-mismatch`, `context-overflow`
   */
  restore(kept: KeptPrefix, hold: PrefixHold): void {
    const { ids, fillings } = kept;
    this.#store.put({ key: { ids, fillings }, sequence: sequenceOf(kept, this.#model) }, hold);
  }

  /**
   * Answers a prompt beside the others; as `generate`, but that the whole conversation is the prompt. Leaving the loop
   * early frees the row before the next run.
   *
   * @throws as `generate`
   */
  async *generate(
    prompt: Prompt,
    options: RunningOptions = {},
  ): AsyncGenerator<RunningEvent, void, undefined> {
    const { signal } = options;
    signal?.throwIfAborted();
    const lane = this.#enter(prompt, options);
    const abort = () => lane.leave(signal?.reason);
    signal?.addEventListener('abort', abort);
    try {
      for (;;) {
        const event = await lane.next();
        yield event;
        if (event.type === 'finish') return;
      }
    } finally {
      signal?.removeEventListener('abort', abort);
      lane.leave(undefined);
    }
  }

  /** Frees all caches once the present run is over. Answers that are under way have to be ended by their signals. */
  async close(): Promise<void> {
    this.#store.close();
    await this.#running;
  }

  /** @throws whatever is wrong with the prompt or its options */
  #enter(prompt: Prompt, { visualNames, hold, chunkTokens, onProgress, ...choice }: RunningOptions): Lane {
    const { spec, contextTokens } = this.#model;
    const resolved = resolveChoice(choice, spec.vocabulary);
    const answer = new Answer(resolved, spec.vocabulary);
    assertFits(prompt.ids.length, 0, contextTokens);
    checkPrompt(prompt, spec);
    const lane = new Lane({
      prompt,
      answer,
      maxNewTokens: resolved.maxNewTokens,
      key: contentKey(prompt, (tensor, index) => visualNames?.[index] ?? this.#nameOf(tensor)),
      hold,
      options: { chunkTokens, onProgress },
      wake: () => this.#wake(),
    });
    const tokens = Math.min(prompt.ids.length + resolved.maxNewTokens, contextTokens);
    this.#waiting.push({ lane, tokens });
    return lane;
  }

  #nameOf(tensor: Tensor<'float32'>): string {
    const known = this.#names.get(tensor);
    if (known !== undefined) return known;
    const name = `#${this.#named++}`;
    this.#names.set(tensor, name);
    return name;
  }

  #wake(): void {
    this.#woken = true;
    this.#running ??= this.#run();
  }

  /** Runs until nobody wants anything. */
  async #run(): Promise<void> {
    // Whoever woke this goes on first: several readers of the last step ask for the next one together.
    await this.#pause();
    try {
      while (this.#woken) {
        this.#woken = false;
        while (await this.#turn()) if (this.#reserved.size > 1) await this.#pause();
      }
    } catch (error) {
      this.#abandon(error);
    }
    this.#running = undefined;
  }

  /** One chunk and one step; false when nobody wants either. */
  async #turn(): Promise<boolean> {
    this.#sweep();
    this.#admit();
    const lead = this.#reserved.size > 1 ? LEAD_EVENTS : 0;
    const prefilled = await this.#prefill(lead);
    this.#sweep();
    const stepped = await this.#decoding.step(lead);
    this.#sweep();
    return prefilled || stepped || this.#canAdmit();
  }

  /** Ends all answers that run: what went wrong is nobody's in particular, such as a device without memory. */
  #abandon(error: unknown): void {
    for (const lane of this.#reserved.keys()) lane.fail(error);
    this.#reserved.clear();
    try {
      for (const { sequence } of this.#prefilling.splice(0)) sequence?.dispose();
      this.#decoding.clear();
    } catch {
      // What a lost device held is gone without being freed, and everybody was told of the loss.
    }
    if (this.#waiting.length > 0) queueMicrotask(() => this.#wake());
  }

  /** One chunk of the prompt whose turn it is. */
  async #prefill(lead: number): Promise<boolean> {
    const wanted = this.#prefilling.filter(({ lane }) => lane.wants(lead));
    if (wanted.length === 0) return false;
    const { running } = this.#decoding;
    const next = wanted.find((one) => !wanted.some((other) => one.gainsFrom(other, running)))!;
    this.#prefilling.splice(this.#prefilling.indexOf(next), 1);
    if (await next.advance(running)) {
      const { lane, sequence } = next;
      if (sequence) this.#decoding.join(lane, sequence);
    } else {
      this.#prefilling.push(next);
    }
    return true;
  }

  /** Frees the rows of those who went away or are done. */
  #sweep(): void {
    const left = ({ lane }: { readonly lane: Lane }) => lane.gone;
    removeWhere(this.#waiting, left);
    for (const prefilling of removeWhere(this.#prefilling, left)) prefilling.abandon();
    this.#decoding.sweep();
    const running = new Set([...this.#prefilling.map(({ lane }) => lane), ...this.#decoding.lanes]);
    for (const lane of this.#reserved.keys()) if (!running.has(lane)) this.#reserved.delete(lane);
  }

  /** Whether the first that waits may begin now. */
  #canAdmit(): boolean {
    const next = this.#waiting[0];
    if (!next) return false;
    const running = this.#reserved.size;
    if (running === 0) return true;
    if (running >= this.#limits.parallelAnswers) return false;
    const tokens = Math.max(next.tokens, ...this.#reserved.values());
    const capacity = Math.max(capacityFor(tokens), this.#decoding.capacity);
    const rows = Math.max(running + 1, this.#decoding.room);
    return rows * capacity * this.#model.tokenBytes <= this.#limits.parallelBytes;
  }

  #admit(): void {
    while (this.#canAdmit()) {
      const { lane, tokens } = this.#waiting.shift()!;
      this.#reserved.set(lane, tokens);
      this.#prefilling.push(new Prefilling(this.#model, this.#store, lane));
    }
  }
}

function removeWhere<T>(list: T[], goes: (entry: T) => boolean): T[] {
  const gone = list.filter(goes);
  if (gone.length > 0) list.splice(0, list.length, ...list.filter((entry) => !goes(entry)));
  return gone;
}
