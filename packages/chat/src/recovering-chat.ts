import { InternVLError, untilAborted } from '@internvl/backend';
import type { Answer } from './answer.js';
import type {
  BatchQuestion,
  Chat,
  Conversation,
  ConversationOptions,
  FeatureOptions,
  ModelFacts,
  TileFeatures,
  Trace,
} from './chat.js';
import type { ChatEvent } from './event.js';
import type { AnswerOptions } from './options.js';
import { RecoveringConversation } from './recovering-conversation.js';
import { savedOptions } from './state/conversation-state.js';
import type { ImageInput, Turn } from './turn.js';
import { Work } from './work.js';

/** A chat, and where the device tells by itself that it is lost, the `device-lost` error it will tell. */
export interface OpenedChat {
  readonly chat: Chat;
  readonly lost?: Promise<InternVLError> | undefined;
}

/** Loads the model again after its device was lost. */
export type Reopen = (signal: AbortSignal) => Promise<OpenedChat>;

/**
 * A chat that outlives its device: when a call ends with `device-lost`, the model is loaded again at once, on whatever
 * device `reopen` chooses, and later calls wait for it. The call itself throws `device-lost`; what it had said is not said
 * twice. A device that is lost while nothing is asked is replaced without a word.
 */
export class RecoveringChat implements Chat {
  readonly #reopen: Reopen;
  readonly #work = new Work();
  /** Chats whose device is gone, and what told so. */
  readonly #losses = new WeakMap<Chat, unknown>();
  #facts: ModelFacts;
  #current: Chat | undefined;
  #opening: Promise<Chat> | undefined;
  #disposal: Promise<void> | undefined;

  /** Takes `first` over: disposing this chat frees it. */
  constructor(first: OpenedChat, reopen: Reopen) {
    this.#reopen = reopen;
    this.#facts = first.chat.facts;
    this.#adopt(first);
  }

  get facts(): ModelFacts {
    return this.#facts;
  }

  async *answer(turns: readonly Turn[], options: AnswerOptions = {}): AsyncGenerator<ChatEvent, void, void> {
    yield* this.stream((chat) => chat.answer(turns, options), options.signal);
  }

  conversation(options: ConversationOptions = {}): Conversation {
    return new RecoveringConversation(this, options);
  }

  restore(state: Uint8Array, options: Omit<ConversationOptions, 'history'> = {}): Promise<Conversation> {
    return this.call(async (chat) => {
      const conversation = await chat.restore(state, options);
      const all = { ...(await savedOptions(state)), ...options, history: conversation.turns };
      return new RecoveringConversation(this, all, { chat, conversation });
    }, undefined);
  }

  batch(questions: readonly BatchQuestion[], options: AnswerOptions = {}): Promise<readonly Answer[]> {
    return this.call((chat) => chat.batch(questions, options), options.signal);
  }

  async *features(image: ImageInput, options: FeatureOptions = {}): AsyncGenerator<TileFeatures, void, void> {
    yield* this.stream((chat) => chat.features(image, options), options.signal);
  }

  trace(turns: readonly Turn[], options: AnswerOptions = {}): Promise<Trace> {
    return this.call((chat) => chat.trace(turns, options), options.signal);
  }

  dispose(): Promise<void> {
    this.#disposal ??= this.#dispose();
    return this.#disposal;
  }

  /** A stream of the chat that is loaded now. */
  async *stream<T>(
    open: (chat: Chat) => AsyncGenerator<T, void, void>,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<T, void, void> {
    const chat = await this.#ready(signal);
    try {
      yield* open(chat);
    } catch (error) {
      throw this.#failed(chat, error);
    }
  }

  /** A call of the chat that is loaded now. */
  async call<T>(ask: (chat: Chat) => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const chat = await this.#ready(signal);
    try {
      return await ask(chat);
    } catch (error) {
      throw this.#failed(chat, error);
    }
  }

  /** The chat that is loaded, as soon as there is one; loads again what could not be loaded the last time. */
  async #ready(callers: AbortSignal | undefined): Promise<Chat> {
    const signal = this.#work.signal(callers);
    signal.throwIfAborted();
    return this.#current ?? untilAborted(this.#open(), signal, () => {});
  }

  #open(lost?: Chat): Promise<Chat> {
    this.#opening ??= this.#load(lost).finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #load(lost: Chat | undefined): Promise<Chat> {
    // What a lost device held is gone with it; that it can't be freed is no news.
    await lost?.dispose().catch(() => {});
    const opened = await this.#reopen(this.#work.signal(undefined));
    this.#facts = opened.chat.facts;
    return this.#adopt(opened);
  }

  #adopt({ chat, lost }: OpenedChat): Chat {
    this.#current = chat;
    void lost?.then((error) => this.#failed(chat, error));
    return chat;
  }

  /** What a call that failed throws. Starts loading again if the device of `chat` is gone and nobody said so before. */
  #failed(chat: Chat, error: unknown): unknown {
    if (InternVLError.is(error, 'device-lost') && this.#current === chat && !this.#disposal) {
      this.#losses.set(chat, error);
      this.#current = undefined;
      // Whoever asks next is told why it can't be loaded.
      this.#open(chat).catch(() => {});
    }
    // Other calls end because the lost chat is disposed; that is not what happened to them.
    const loss = this.#losses.get(chat);
    return loss && !this.#disposal && InternVLError.is(error, 'chat-disposed') ? loss : error;
  }

  async #dispose(): Promise<void> {
    this.#work.close();
    await this.#opening?.catch(() => {});
    await this.#current?.dispose();
  }
}
