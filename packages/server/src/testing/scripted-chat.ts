import { setImmediate as breath } from 'node:timers/promises';
import { hostTensor } from '@internvl/backend';
import type {
  Answer,
  AnswerOptions,
  BatchQuestion,
  Chat,
  ChatEvent,
  Conversation,
  FeatureOptions,
  ImageInput,
  ModelFacts,
  TileFeatures,
  TokenLogprobs,
  Trace,
  Turn,
} from '@internvl/chat';
import { scriptedConfig } from './scripted-config.js';

export interface ScriptedChatOptions {
  /** Words of an answer; what was asked, word by word, by default. */
  readonly says?: ((turns: readonly Turn[], options: AnswerOptions) => string) | undefined;
  /** Awaited before each word. */
  readonly pace?: ((index: number) => Promise<void>) | undefined;
  readonly fails?: (() => unknown) | undefined;
}

/** A chat without a model: it says what a test wants, and remembers what was asked of it and how many asked at once. */
export class ScriptedChat implements Chat {
  readonly asked: { readonly turns: readonly Turn[]; readonly options: AnswerOptions }[] = [];
  active = 0;
  mostActive = 0;
  steps = 0;
  disposed = false;
  readonly #options: ScriptedChatOptions;

  constructor(options: ScriptedChatOptions = {}) {
    this.#options = options;
  }

  get facts(): ModelFacts {
    return { config: scriptedConfig, backend: 'scripted', precision: 'fp32', loadMs: 1 };
  }

  async *answer(turns: readonly Turn[], options: AnswerOptions = {}): AsyncGenerator<ChatEvent, void, void> {
    const { says = echo, pace = () => breath(), fails } = this.#options;
    const { signal, maxNewTokens = 1024, stop = [] } = options;
    this.asked.push({ turns, options });
    this.active++;
    this.mostActive = Math.max(this.mostActive, this.active);
    try {
      signal?.throwIfAborted();
      await breath();
      if (fails) throw fails();
      yield { type: 'prompt-built', text: '', ids: [1, 2, 3], imageTokens: 0 };
      yield { type: 'prefill-progress', loaded: 3, total: 3 };
      const words = says(turns, options).match(/\S+\s*/g) ?? [];
      let text = '';
      let finishReason: Answer['finishReason'] = 'stop';
      const ids: number[] = [];
      const likelihoods: TokenLogprobs[] = [];
      for (const [index, word] of words.entries()) {
        if (index === maxNewTokens) {
          finishReason = 'length';
          break;
        }
        await pace(index);
        signal?.throwIfAborted();
        this.steps++;
        ids.push(index);
        const at = stop.map((end) => word.indexOf(end)).filter((found) => found >= 0);
        const shown = at.length > 0 ? word.slice(0, Math.min(...at)) : word;
        text += shown;
        const scored = { id: index, text: word, bytes: [...new TextEncoder().encode(word)], logprob: -0.5 };
        const logprobs =
          options.logprobs === undefined
            ? undefined
            : [{ ...scored, top: Array(options.logprobs).fill(scored) }];
        if (logprobs) likelihoods.push(...logprobs);
        yield { type: 'text-delta', text: shown, ids: [index], ...(logprobs && { logprobs }) };
        if (at.length > 0) break;
      }
      if (finishReason === 'stop') likelihoods.push({ ...END, top: [] });
      const answer = answerOf(text, ids, finishReason);
      yield {
        type: 'answer-finished',
        answer: options.logprobs === undefined ? answer : { ...answer, logprobs: likelihoods },
      };
    } finally {
      this.active--;
    }
  }

  async *features(
    _image: ImageInput,
    { maxTiles }: FeatureOptions = {},
  ): AsyncGenerator<TileFeatures, void, void> {
    if (maxTiles !== 1) throw new Error('an embedding is of one tile');
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
    throw new Error('not asked by a server');
  }

  async restore(): Promise<Conversation> {
    throw new Error('not asked by a server');
  }

  async batch(_questions: readonly BatchQuestion[]): Promise<readonly Answer[]> {
    throw new Error('not asked by a server');
  }

  async trace(): Promise<Trace> {
    throw new Error('not asked by a server');
  }

  async dispose(): Promise<void> {
    this.disposed = true;
  }
}

/** What ends an answer. */
const END = {
  id: 999,
  text: '<|im_end|>',
  bytes: [...new TextEncoder().encode('<|im_end|>')],
  logprob: -0.1,
};

/** The text of the last turn. */
function echo(turns: readonly Turn[]): string {
  return (turns.at(-1)?.parts ?? []).map((part) => (part.type === 'text' ? part.text : part.type)).join(' ');
}

function answerOf(text: string, ids: readonly number[], finishReason: Answer['finishReason']): Answer {
  return {
    text,
    ids,
    finishReason,
    prompt: { text: '', ids: [1, 2, 3], imageTokens: 0 },
    tiles: [],
    encodedTiles: 0,
    boxes: [],
    usage: { inputTokens: 3, cachedTokens: 1, outputTokens: ids.length },
    timings: { loadMs: 1, visionMs: 1, prefillMs: 1, decodeMs: 1 },
    backend: 'scripted',
    precision: 'fp32',
  };
}
