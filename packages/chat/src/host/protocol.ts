import type { Answer } from '../answer.js';
import type {
  BatchQuestion,
  ConversationOptions,
  FeatureOptions,
  ModelFacts,
  TileFeatures,
} from '../chat.js';
import type { ChatEvent } from '../event.js';
import type { LoadProgress } from '../load-options.js';
import type { AnswerOptions } from '../options.js';
import type { ImageInput, Part, Turn } from '../turn.js';
import type { Call, FromClient, FromHost } from './messages.js';
import type { WireTensor } from './wire-tensor.js';

/** What loading tells on the way. */
export type LoadEvent =
  | { readonly type: 'load-progress'; readonly progress: LoadProgress }
  | { readonly type: 'load-note'; readonly note: string };

/** `TileFeatures` with tensors taken apart. */
export interface WireFeatures
  extends Omit<TileFeatures, 'classEmbedding' | 'patchEmbeddings' | 'visualTokens'> {
  readonly classEmbedding: WireTensor;
  readonly patchEmbeddings: WireTensor;
  readonly visualTokens?: WireTensor;
}

/** `Trace` with tensors taken apart. */
export interface WireTrace {
  readonly answer: Answer;
  readonly tensors: Readonly<Record<string, WireTensor>>;
}

/** Options without their signal: aborting is a message of its own. */
export type Portable<T> = Omit<T, 'signal'>;

/**
 * What a host can be asked: `input` goes in, `out` comes any number of times, `end` comes once. `L` is what loading
 * takes, which is the platform's business.
 */
export interface HostCalls<L> {
  load: { input: L; out: LoadEvent; end: ModelFacts };
  answer: { input: { turns: readonly Turn[]; options: Portable<AnswerOptions> }; out: ChatEvent; end: null };
  converse: { input: { conversation: number; options: ConversationOptions }; out: never; end: null };
  ask: {
    input: {
      conversation: number;
      /** Turns the client knows of; the host forgets any behind them. */
      turnCount: number;
      said: string | readonly Part[];
      options: Portable<AnswerOptions>;
    };
    out: ChatEvent;
    end: null;
  };
  save: {
    input: { conversation: number; turnCount: number };
    out: never;
    end: Uint8Array<ArrayBuffer>;
  };
  /** Opens a conversation with a state; its turns come back. */
  restore: {
    input: { conversation: number; state: Uint8Array; options: Omit<ConversationOptions, 'history'> };
    out: never;
    end: readonly Turn[];
  };
  forget: { input: { conversation: number }; out: never; end: null };
  batch: {
    input: { questions: readonly BatchQuestion[]; options: Portable<AnswerOptions> };
    out: never;
    end: readonly Answer[];
  };
  features: { input: { image: ImageInput; options: Portable<FeatureOptions> }; out: WireFeatures; end: null };
  trace: { input: { turns: readonly Turn[]; options: Portable<AnswerOptions> }; out: never; end: WireTrace };
}

export type HostMethod = keyof HostCalls<unknown>;

/** A call of one method, told apart by `method`. */
export type CallMessage<L> = Call<HostCalls<L>>;

/** Client to host. */
export type ClientMessage<L> = FromClient<HostCalls<L>>;

/** Host to client. */
export type HostMessage = FromHost<HostCalls<unknown>>;
