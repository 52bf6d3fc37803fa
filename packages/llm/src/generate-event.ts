/** One of the likeliest tokens at a position. */
export interface TokenLogprob {
  readonly id: number;
  /** Natural logarithm of the model's probability, before penalties and temperature. */
  readonly logprob: number;
}

/** A new token. */
export interface TokenEvent {
  readonly type: 'token';
  readonly id: number;
  /** 0 for the first new token. */
  readonly index: number;
  /** True for the stop id that ends the answer; it is part of the ids, not of the text. */
  readonly stop: boolean;
  /** True in a running batch where the token was guessed from the text so far, so that the next came in the same run. */
  readonly guessed?: true;
  /** Only with `logprobs`: natural logarithm of the model's probability, before penalties and temperature. */
  readonly logprob?: number;
  /** Only with `logprobs` of 1 or more: that many likeliest tokens, best first. */
  readonly topLogprobs?: readonly TokenLogprob[];
}

/**
 * Why an answer ended: a stop id came or its constraint lets nothing follow (`stop`), `stopWhen` said so (`stop-string`), `maxNewTokens` were made
 * (`length`), or the context is full (`context`).
 */
export type FinishReason = 'stop' | 'stop-string' | 'length' | 'context';

/** The end of an answer. */
export interface FinishEvent {
  readonly type: 'finish';
  readonly reason: FinishReason;
  /** All new ids, the stop id included. */
  readonly ids: readonly number[];
  /** Tokens that went through this prefill; with a sequence that held some already, only the further ones. */
  readonly promptTokens: number;
}

/** How far the prompt is: `tokens` of `total` are in the cache. */
export interface PrefillProgressEvent {
  readonly type: 'prefill-progress';
  readonly tokens: number;
  readonly total: number;
}

/** What `generate` yields: prefill progress, then tokens, then one finish. */
export type GenerateEvent = PrefillProgressEvent | TokenEvent | FinishEvent;

/** The same for row `row` of a batch. */
export type BatchEvent = GenerateEvent & { readonly row: number };
