import { hostTensor } from '@internvl/backend';
import type { Answer } from '../answer.js';
import { breath } from '../breath.js';
import type {
  BatchQuestion,
  Chat,
  Conversation,
  ConversationOptions,
  FeatureOptions,
  ModelFacts,
  TileFeatures,
  Trace,
} from '../chat.js';
import type { ChatEvent } from '../event.js';
import type { AnswerOptions } from '../options.js';
import type { ImageInput, Part, Turn } from '../turn.js';
import { TurnList } from '../turn-list.js';
import { tinyConfig } from './tiny-config.js';

export interface FakeChatOptions {
  /** Deltas of an answer. */
  readonly tokens?: number;
  /** Whether the answer hangs after its first delta until it is aborted. */
  readonly stuck?: boolean;
  readonly error?: unknown;
}

/** A chat without a model, for tests: it counts, and remembers what was asked of it. */
export class FakeChat implements Chat {
  readonly asked: { turns: readonly Turn[]; options: AnswerOptions }[] = [];
  readonly conversations: FakeConversation[] = [];
  readonly left: Promise<void>;
  yielded = 0;
  finished = 0;
  disposed = false;
  readonly #options: FakeChatOptions;
  #leave = () => {};

  constructor(options: FakeChatOptions = {}) {
    this.#options = options;
    this.left = new Promise((resolve) => {
      this.#leave = resolve;
    });
  }

  get facts(): ModelFacts {
    return { config: tinyConfig, backend: 'fake', precision: 'fp32', loadMs: 1 };
  }

  async *answer(
    turns: readonly Turn[],
    { signal, ...options }: AnswerOptions = {},
  ): AsyncGenerator<ChatEvent, void, void> {
    const { tokens = 1, stuck = false, error } = this.#options;
    this.asked.push({ turns, options });
    if (error) throw error;
    let done = false;
    try {
      for (let index = 0; index < tokens; index++) {
        signal?.throwIfAborted();
        await breath();
        this.yielded++;
        yield { type: 'text-delta', text: `${index} `, ids: [index] };
        if (stuck)
          await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
      }
      this.yielded++;
      done = true;
      yield {
        type: 'answer-finished',
        answer: { ...answer, text: Array.from({ length: tokens }, (_, i) => `${i} `).join('') },
      };
      this.finished++;
    } finally {
      if (!done) this.#leave();
    }
  }

  conversation(options: ConversationOptions = {}): FakeConversation {
    const made = new FakeConversation(this, options);
    this.conversations.push(made);
    return made;
  }

  async restore(state: Uint8Array): Promise<FakeConversation> {
    const text = new TextDecoder().decode(state);
    return this.conversation({ history: [{ role: 'user', parts: [{ type: 'text', text }] }] });
  }

  async batch(questions: readonly BatchQuestion[]): Promise<readonly Answer[]> {
    return questions.map(() => answer);
  }

  async *features(_image: ImageInput, _options?: FeatureOptions): AsyncGenerator<TileFeatures, void, void> {
    for (let index = 0; index < 2; index++) {
      const state = Float32Array.from({ length: 6 }, (_, i) => i);
      yield {
        index,
        total: 2,
        box: { x: 0, y: 0, width: 2, height: 2, image: { x: 0, y: 0, width: 2, height: 2 } },
        thumbnail: index === 1,
        image: { data: new Uint8Array(12), width: 2, height: 2 },
        classEmbedding: hostTensor('float32', state.subarray(0, 2), [2]),
        patchEmbeddings: hostTensor('float32', state.subarray(2), [2, 2]),
      };
    }
  }

  async trace(): Promise<Trace> {
    return {
      answer: { ...answer, text: '0 ' },
      tensors: { logits: hostTensor('float32', new Float32Array(6), [2, 3]) },
    };
  }

  async dispose(): Promise<void> {
    this.disposed = true;
  }
}

class FakeConversation implements Conversation {
  readonly #chat: FakeChat;
  readonly #turns: TurnList;
  disposed = false;

  constructor(chat: FakeChat, { history }: ConversationOptions) {
    this.#chat = chat;
    this.#turns = new TurnList(history);
  }

  get turns(): readonly Turn[] {
    return this.#turns.turns;
  }

  async *ask(
    said: string | readonly Part[],
    options: AnswerOptions = {},
  ): AsyncGenerator<ChatEvent, void, void> {
    for await (const event of this.#chat.answer(this.turns, options)) {
      if (event.type === 'answer-finished') this.#turns.add(said, event.answer.text);
      yield event;
    }
  }

  rewind(turnCount: number): void {
    this.#turns.rewind(turnCount);
  }

  async save(): Promise<Uint8Array<ArrayBuffer>> {
    return new TextEncoder().encode(`${this.turns.length} turns`);
  }

  async dispose(): Promise<void> {
    this.disposed = true;
  }
}

const answer: Answer = {
  text: '',
  ids: [],
  finishReason: 'stop',
  prompt: { text: '', ids: [], imageTokens: 0 },
  tiles: [],
  encodedTiles: 0,
  boxes: [],
  usage: { inputTokens: 0, cachedTokens: 0, outputTokens: 0 },
  timings: { loadMs: 0, visionMs: 0, prefillMs: 0, decodeMs: 0 },
  backend: 'fake',
  precision: 'fp32',
};
