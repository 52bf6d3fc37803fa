import { RunningBatch } from '@internvl/llm';
import type { Answer } from './answer.js';
import { answerBatch } from './answering/answer-batch.js';
import { encodeFeatures } from './answering/encode-features.js';
import { Memory, type SharedMemory } from './answering/memory.js';
import { streamAnswer } from './answering/stream-answer.js';
import { TileCache } from './answering/tile-cache.js';
import { traceAnswer } from './answering/trace-answer.js';
import { breath } from './breath.js';
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
import type { ChatModel } from './chat-model.js';
import type { ChatEvent } from './event.js';
import { LocalConversation } from './local-conversation.js';
import type { MemoryOptions } from './memory-options.js';
import type { AnswerOptions } from './options.js';
import { tileStoreOf } from './tile-store/tile-store.js';
import type { ImageInput, Turn } from './turn.js';
import { Work } from './work.js';

export type LocalChatOptions = MemoryOptions;

/** A chat over a model in this thread. Calls may overlap: answers then share the runs of the language model. */
export class LocalChat implements Chat {
  readonly #model: ChatModel;
  readonly #work = new Work();
  readonly #tileCache: TileCache;
  readonly #shared: SharedMemory;
  #disposal: Promise<void> | undefined;

  /** Takes the model over: disposing the chat frees it. @throws `invalid-option` */
  constructor(
    model: ChatModel,
    { visionCacheBytes, visionStoreBytes = 0, ...options }: LocalChatOptions = {},
  ) {
    this.#model = model;
    const { language } = model;
    this.#tileCache = new TileCache(visionCacheBytes, tileStoreOf(model, visionStoreBytes));
    this.#shared = {
      tileCache: this.#tileCache,
      running: language && new RunningBatch(language.model, { ...options, pause: breath }),
    };
  }

  get facts(): ModelFacts {
    const { config, backend, precision, loadMs } = this.#model;
    return { config, backend, precision, loadMs };
  }

  async *answer(turns: readonly Turn[], options: AnswerOptions = {}): AsyncGenerator<ChatEvent, void, void> {
    const signal = this.#work.signal(options.signal);
    const memory = new Memory(this.#shared);
    try {
      yield* streamAnswer(this.#model, turns, { ...options, signal }, memory);
    } finally {
      memory.dispose();
    }
  }

  conversation(options: ConversationOptions = {}): Conversation {
    return new LocalConversation(this.#model, this.#work, this.#shared, options);
  }

  restore(state: Uint8Array, options: Omit<ConversationOptions, 'history'> = {}): Promise<Conversation> {
    return LocalConversation.restored(state, this.#model, this.#work, this.#shared, options);
  }

  async batch(questions: readonly BatchQuestion[], options: AnswerOptions = {}): Promise<readonly Answer[]> {
    const signal = this.#work.signal(options.signal);
    return answerBatch(this.#model, questions, { ...options, signal }, this.#shared);
  }

  async *features(image: ImageInput, options: FeatureOptions = {}): AsyncGenerator<TileFeatures, void, void> {
    yield* encodeFeatures(this.#model, image, { ...options, signal: this.#work.signal(options.signal) });
  }

  async trace(turns: readonly Turn[], options: AnswerOptions = {}): Promise<Trace> {
    return traceAnswer(this.#model, turns, { ...options, signal: this.#work.signal(options.signal) });
  }

  dispose(): Promise<void> {
    this.#disposal ??= this.#dispose();
    return this.#disposal;
  }

  async #dispose(): Promise<void> {
    this.#work.close();
    this.#tileCache.clear();
    await this.#shared.running?.close();
    await this.#model.vision.dispose();
    await this.#model.language?.model.dispose();
    await this.#model.release?.();
  }
}
