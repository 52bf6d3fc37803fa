import type { JsonObject } from '../sample/json.js';

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** One call of a language model. */
export interface TranslatorRequest {
  readonly messages: readonly ChatMessage[];
  /** Most tokens of the answer. */
  readonly maxTokens: number;
  /** JSON Schema of the answer, for who can decode by one. */
  readonly schema: JsonObject;
}

/** Tokens of one call. */
export interface CallUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** What a raw response says. */
export interface Completion {
  readonly text: string;
  /** `length`: cut off. `filtered`: the server withheld it. */
  readonly finishReason: 'stop' | 'length' | 'filtered';
  readonly usage?: CallUsage;
}

/**
 * Who translates: an endpoint, a model of ours, a double in a test. The response is kept raw, as it came, before anyone
 * looks into it, so a call that was paid for is never lost to a parser.
 */
export interface Translator {
  /** Names the model and its sampling: part of the cache key, and what a translation card tells. */
  readonly id: string;
  /** Most calls at once that make sense; the caller's own limit may be lower. */
  readonly concurrency?: number;
  /**
   * @returns the response as it came
   * @throws `CallError` when there is none; `signal.reason` when aborted
   */
  call(request: TranslatorRequest, options: { readonly signal: AbortSignal }): Promise<string>;
  /** @throws `response-unreadable` */
  read(raw: string): Completion;
}
