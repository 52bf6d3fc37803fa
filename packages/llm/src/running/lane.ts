import type { Answer } from '../answer.js';
import { finish } from '../generate.js';
import type { FinishEvent, FinishReason, GenerateEvent } from '../generate-event.js';
import type { PrefillOptions } from '../generate-options.js';
import type { Prompt } from '../prompt.js';
import type { ContentKey } from './content-key.js';
import type { PrefixHold } from './prefix-store.js';
import type { PromptLookup } from './prompt-lookup.js';

/** What came of looking for the beginning of a prompt in caches: before everything else. */
export interface StartedEvent {
  readonly type: 'started';
  /** Tokens of the prompt that need not go through the model. */
  readonly cachedTokens: number;
}

/** What an answer of a running batch yields: once `started`, then as `generate`. */
export type RunningEvent = StartedEvent | GenerateEvent;

/** What a lane is made of. */
export interface LaneParts {
  readonly prompt: Prompt;
  readonly answer: Answer;
  readonly key: ContentKey;
  readonly maxNewTokens: number;
  readonly hold: PrefixHold | undefined;
  readonly options: Pick<PrefillOptions, 'chunkTokens' | 'onProgress'>;
  /** Called when somebody waits for an event or goes away. */
  readonly wake: () => void;
}

/** One answer on its way: what it is asked, and the events its reader has not taken yet. */
export class Lane {
  readonly answer: Answer;
  readonly key: ContentKey;
  readonly hold: PrefixHold | undefined;
  readonly options: LaneParts['options'];
  readonly slotId: number | undefined;
  readonly maxNewTokens: number;
  /** Guesses for when the answer is the only one; made when it first is. */
  lookup: PromptLookup | undefined;
  /** Gone once it is in the cache. */
  prompt: Prompt | undefined;
  readonly #wake: () => void;
  readonly #ending = new AbortController();
  readonly #unread: RunningEvent[] = [];
  #reader: { resolve(event: RunningEvent): void; reject(error: unknown): void } | undefined;
  #failure: { readonly error: unknown } | undefined;
  /** Whether what its constraint needs is being worked out. */
  #preparing = false;

  constructor({ prompt, answer, key, maxNewTokens, hold, options, wake }: LaneParts) {
    this.prompt = prompt;
    this.slotId = prompt.slotId;
    this.maxNewTokens = maxNewTokens;
    this.answer = answer;
    this.key = key;
    this.hold = hold;
    this.options = options;
    this.#wake = wake;
  }

  /** Whether nobody waits for the rest. */
  get gone(): boolean {
    return this.#ending.signal.aborted;
  }

  /** Aborted when the reader goes away. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /**
   * Whether the reader wants more, because it waits or has no more than `lead` events before it, and more can be had at
   * once. Where its constraint has long work to do first, the others go on meanwhile.
   */
  wants(lead: number): boolean {
    return (this.#reader !== undefined || this.#unread.length < lead) && this.#ready();
  }

  #ready(): boolean {
    if (this.#preparing) return false;
    const preparing = this.answer.ready;
    if (!preparing) return true;
    this.#preparing = true;
    void preparing.then(() => {
      this.#preparing = false;
      this.#wake();
    });
    return false;
  }

  /** The event that ends the answer. */
  finished(reason: FinishReason): FinishEvent {
    return finish(this.answer.ids, reason, { ids: this.key.ids });
  }

  /** The next event, for the reader. @throws what ended the answer */
  next(): Promise<RunningEvent> {
    const event = this.#unread.shift();
    if (event) {
      this.#wake();
      return Promise.resolve(event);
    }
    return new Promise((resolve, reject) => {
      if (this.#failure) {
        reject(this.#failure.error);
        return;
      }
      this.#reader = { resolve, reject };
      this.#wake();
    });
  }

  /** Hands an event to the reader. */
  give(event: RunningEvent): void {
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader) reader.resolve(event);
    else this.#unread.push(event);
  }

  /** Ends the answer with an error behind what is unread. */
  fail(error: unknown): void {
    if (this.gone || this.#failure) return;
    this.#failure = { error };
    this.#reader?.reject(error);
    this.#reader = undefined;
    this.#ending.abort(error);
  }

  /** Ends the answer at once: what is unread is lost. */
  leave(reason: unknown): void {
    this.#unread.length = 0;
    this.fail(reason);
    this.#wake();
  }
}
