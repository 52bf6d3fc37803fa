import { hostTensor, InternVLError } from '@internvl/backend';
import type {
  Answer,
  AnswerOptions,
  BatchQuestion,
  Chat,
  ChatEvent,
  Conversation,
  ModelFacts,
  TileFeatures,
  Trace,
  Turn,
} from '@internvl/chat';

/** A chat without a model: it says what a test wants and remembers what was asked of it. */
export class ScriptedChat implements Chat {
  readonly asked: { readonly turns: readonly Turn[]; readonly options: AnswerOptions }[] = [];
  /** How many answers ended, however they did. */
  ended = 0;
  readonly #words: readonly string[];
  readonly #fails: readonly (unknown | undefined)[];

  /** @param fails what the first, second, … answer throws, behind its words */
  constructor(words: readonly string[], fails: readonly (unknown | undefined)[] = []) {
    this.#words = words;
    this.#fails = fails;
  }

  get facts(): ModelFacts {
    throw new InternVLError('remote-unsupported', 'Expected no look at facts.');
  }

  async *answer(turns: readonly Turn[], options: AnswerOptions = {}): AsyncGenerator<ChatEvent, void, void> {
    const failure = this.#fails[this.asked.length];
    this.asked.push({ turns, options });
    try {
      for (const text of this.#words) {
        options.signal?.throwIfAborted();
        yield { type: 'text-delta', text, ids: [1] };
      }
      if (failure !== undefined) throw failure;
      yield { type: 'answer-finished', answer: { ...answer, text: this.#words.join('') } };
    } finally {
      this.ended++;
    }
  }

  async *features(): AsyncGenerator<TileFeatures, void, void> {
    yield {
      index: 0,
      total: 1,
      box: { x: 0, y: 0, width: 2, height: 2, image: { x: 0, y: 0, width: 2, height: 2 } },
      thumbnail: false,
      image: { data: new Uint8Array(12), width: 2, height: 2 },
      classEmbedding: hostTensor('float32', Float32Array.of(0, 2), [2]),
      patchEmbeddings: hostTensor('float32', Float32Array.of(3, 0, 3, 8), [2, 2]),
    };
  }

  conversation(): Conversation {
    throw new Error('not asked by a model');
  }

  async restore(): Promise<Conversation> {
    throw new Error('not asked by a model');
  }

  async batch(_questions: readonly BatchQuestion[]): Promise<readonly Answer[]> {
    throw new Error('not asked by a model');
  }

  async trace(): Promise<Trace> {
    throw new Error('not asked by a model');
  }

  async dispose(): Promise<void> {}
}

const answer: Answer = {
  text: '',
  ids: [1],
  finishReason: 'length',
  prompt: { text: '', ids: [1, 2, 3], imageTokens: 2 },
  tiles: [{ image: 0, width: 8, height: 4, columns: 2, rows: 1, tiles: 3 }],
  encodedTiles: 1,
  boxes: [{ label: 'it', image: 0, left: 0, top: 1, right: 2, bottom: 3 }],
  usage: { inputTokens: 10, cachedTokens: 4, outputTokens: 2 },
  timings: { loadMs: 1, visionMs: 2, prefillMs: 3, decodeMs: 4 },
  backend: 'scripted',
  precision: 'fp32',
};
