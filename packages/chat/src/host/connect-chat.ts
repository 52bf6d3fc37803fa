import { InternVLError } from '@internvl/backend';
import type { Answer } from '../answer.js';
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
import type { ImageInput, Turn } from '../turn.js';
import { HostClient } from './host-client.js';
import { portableImage, portableTurns } from './portable-turns.js';
import type { ClientMessage, HostCalls, HostMessage } from './protocol.js';
import { RemoteConversation } from './remote-conversation.js';
import type { LoadHooks } from './serve-chat.js';
import type { Transport } from './transport.js';
import { fromWireFeatures, fromWireTrace } from './wire-features.js';

/** What loading tells on the way, and how to end it. */
export type ConnectOptions = { readonly [H in keyof LoadHooks]?: LoadHooks[H] | undefined };

/**
 * Loads a chat in a host at the other end of a transport and gives it as if it were here. Disposing it ends the host.
 *
 * @throws what loading throws, `signal.reason` when aborted, `host-lost`; the host is ended in each case
 */
export async function connectChat<L>(
  transport: Transport<HostMessage, ClientMessage<L>>,
  request: L,
  { signal, onProgress, onNote }: ConnectOptions = {},
): Promise<Chat> {
  const client = new HostClient<HostCalls<L>>(transport);
  try {
    const events = client.stream('load', request, signal);
    for (;;) {
      const next = await events.next();
      if (next.done) return new HostedChat(client, next.value);
      if (next.value.type === 'load-progress') onProgress?.(next.value.progress);
      else onNote?.(next.value.note);
    }
  } catch (error) {
    // The host ends what it does in good order: a conversion leaves neither a lock nor an unfinished folder behind.
    await client.close(disposed());
    throw error;
  }
}

class HostedChat<L> implements Chat {
  readonly facts: ModelFacts;
  readonly #client: HostClient<HostCalls<L>>;
  #conversations = 0;
  #disposal: Promise<void> | undefined;

  constructor(client: HostClient<HostCalls<L>>, facts: ModelFacts) {
    this.#client = client;
    this.facts = facts;
  }

  async *answer(
    turns: readonly Turn[],
    { signal, ...options }: AnswerOptions = {},
  ): AsyncGenerator<ChatEvent, void, void> {
    yield* this.#client.stream('answer', { turns: portableTurns(turns), options }, signal);
  }

  conversation({ history = [], ...options }: ConversationOptions = {}): Conversation {
    return new RemoteConversation(this.#client, this.#conversations++, history, options);
  }

  async restore(
    state: Uint8Array,
    options: Omit<ConversationOptions, 'history'> = {},
  ): Promise<Conversation> {
    const conversation = this.#conversations++;
    const turns = await this.#client.call('restore', { conversation, state, options });
    return new RemoteConversation(this.#client, conversation, turns, options, true);
  }

  batch(
    questions: readonly BatchQuestion[],
    { signal, ...options }: AnswerOptions = {},
  ): Promise<readonly Answer[]> {
    return this.#client.call(
      'batch',
      {
        questions: questions.map((question) => ({ ...question, turns: portableTurns(question.turns) })),
        options,
      },
      signal,
    );
  }

  async *features(
    image: ImageInput,
    { signal, ...options }: FeatureOptions = {},
  ): AsyncGenerator<TileFeatures, void, void> {
    const tiles = this.#client.stream('features', { image: portableImage(image), options }, signal);
    for await (const tile of tiles) yield fromWireFeatures(tile);
  }

  async trace(turns: readonly Turn[], { signal, ...options }: AnswerOptions = {}): Promise<Trace> {
    return fromWireTrace(await this.#client.call('trace', { turns: portableTurns(turns), options }, signal));
  }

  dispose(): Promise<void> {
    this.#disposal ??= this.#client.close(disposed());
    return this.#disposal;
  }
}

function disposed(): InternVLError {
  return new InternVLError(
    'chat-disposed',
    'Expected a chat that is loaded, got one that was disposed; load the model again.',
  );
}
