import type { Answer } from '../answer.js';
import type {
  BatchQuestion,
  Chat,
  Conversation,
  ConversationOptions,
  FeatureOptions,
  TileFeatures,
  Trace,
} from '../chat.js';
import type { ChatEvent } from '../event.js';
import { finishedAnswer } from '../finished-answer.js';
import type { AnswerOptions } from '../options.js';
import type { ImageInput, Turn } from '../turn.js';
import { Work } from '../work.js';
import { connect } from './connect.js';
import { Endpoint } from './endpoint.js';
import { EndpointConversation } from './endpoint-conversation.js';
import { imageTiles } from './image-tiles.js';
import type { RemoteChatOptions } from './remote-chat-options.js';
import { RemoteFacts } from './remote-facts.js';
import { type Asking, streamRemoteAnswer } from './stream-remote-answer.js';
import { unsupported } from './unsupported.js';

/**
 * A chat over any server that speaks OpenAI's chat completions: vLLM, LMDeploy, SGLang, `@internvl/server`. What is
 * written for a model that is loaded here works with it, but for what a server does not give: `features` and `trace` throw
 * `remote-unsupported`, an answer has text, usage and timings as seen from here, no prompt and no tiles, and there are no
 * events about images and the prompt.
 *
 * @throws `invalid-option`, `remote-unauthorized`, `remote-not-found` (also for a model that the server does not have),
 *   `remote-busy` (with `facts.retryAfterMs` where the server says), `remote-failed`, `remote-timeout`,
 *   `remote-unreadable`, `network`, `signal.reason`. Answers throw these, `remote-refused`, `remote-cut-short`,
 *   `context-overflow`, and `remote-unsupported` for options the server cannot be asked for.
 */
export async function remoteChat({
  baseUrl,
  model,
  apiKey,
  headers = {},
  dialect,
  extraBody = {},
  timeoutMs = 120_000,
  concurrency = 8,
  imageUrls,
  readFile,
  config,
  signal = new AbortController().signal,
  fetch = globalThis.fetch,
  clock = Date.now,
}: RemoteChatOptions): Promise<Chat> {
  const endpoint = new Endpoint({ baseUrl, apiKey, headers, timeoutMs, fetch, clock });
  const connected = await connect(endpoint, { model, dialect, clock, signal });
  const facts = new RemoteFacts(connected.facts, config);
  const asking = {
    endpoint,
    clock,
    facts,
    model,
    dialect: connected.dialect,
    extraBody,
    imageUrls,
    readFile,
  };
  return new RemoteChat(asking, facts, concurrency);
}

class RemoteChat implements Chat {
  readonly facts: RemoteFacts;
  readonly #asking: Asking;
  readonly #concurrency: number;
  readonly #work = new Work();

  constructor(asking: Asking, facts: RemoteFacts, concurrency: number) {
    this.facts = facts;
    this.#asking = asking;
    this.#concurrency = concurrency;
  }

  async *answer(turns: readonly Turn[], options: AnswerOptions = {}): AsyncGenerator<ChatEvent, void, void> {
    const signal = this.#work.signal(options.signal);
    yield* streamRemoteAnswer(this.#asking, turns, { ...options, signal }, imageTiles(turns, options));
  }

  conversation(options: ConversationOptions = {}): Conversation {
    return new EndpointConversation(this.#asking, this.#work, options);
  }

  async restore(_state: Uint8Array, _options?: ConversationOptions): Promise<Conversation> {
    throw unsupported(
      'the state of a conversation',
      this.#asking.dialect.name,
      'begin one with its turns as history',
    );
  }

  async batch(questions: readonly BatchQuestion[], options: AnswerOptions = {}): Promise<readonly Answer[]> {
    // One that fails ends the others.
    const failing = new AbortController();
    const signal = AbortSignal.any([this.#work.signal(options.signal), failing.signal]);
    const answers: Answer[] = [];
    const waiting = questions.entries();
    const lane = async () => {
      for (const [index, { turns, ...tiles }] of waiting) {
        answers[index] = await finishedAnswer(this.answer(turns, { ...options, ...tiles, signal }));
      }
    };
    const lanes = Array.from({ length: Math.min(this.#concurrency, questions.length) }, lane);
    try {
      await Promise.all(lanes);
    } catch (error) {
      failing.abort(error);
      await Promise.allSettled(lanes);
      throw error;
    }
    return answers;
  }

  // biome-ignore lint/correctness/useYield: a stream that refuses when it is read
  async *features(_image: ImageInput, _options?: FeatureOptions): AsyncGenerator<TileFeatures, void, void> {
    throw unsupported('features', this.#asking.dialect.name, 'load the model here for them');
  }

  async trace(_turns: readonly Turn[], _options?: AnswerOptions): Promise<Trace> {
    throw unsupported('a trace', this.#asking.dialect.name, 'load the model here for it');
  }

  async dispose(): Promise<void> {
    this.#work.close();
  }
}
