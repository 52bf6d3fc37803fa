import type { Conversation, ConversationOptions } from '../chat.js';
import type { ChatEvent } from '../event.js';
import type { AnswerOptions } from '../options.js';
import type { Part, Turn } from '../turn.js';
import { TurnList } from '../turn-list.js';
import type { HostClient } from './host-client.js';
import { portableParts, portableTurns } from './portable-turns.js';
import type { HostCalls } from './protocol.js';

/** A conversation that is held by a host; only new turns travel. */
export class RemoteConversation<L> implements Conversation {
  readonly #client: HostClient<HostCalls<L>>;
  readonly #number: number;
  readonly #turns: TurnList;
  readonly #options: Omit<ConversationOptions, 'history'>;
  #opened: Promise<null> | undefined;

  constructor(
    client: HostClient<HostCalls<L>>,
    number: number,
    history: readonly Turn[],
    options: Omit<ConversationOptions, 'history'>,
  ) {
    this.#client = client;
    this.#number = number;
    this.#turns = new TurnList(history);
    this.#options = options;
  }

  get turns(): readonly Turn[] {
    return this.#turns.turns;
  }

  async *ask(
    said: string | readonly Part[],
    { signal, ...options }: AnswerOptions = {},
  ): AsyncGenerator<ChatEvent, void, void> {
    signal?.throwIfAborted();
    const conversation = this.#number;
    this.#opened ??= this.#client.call('converse', {
      conversation,
      options: { ...this.#options, history: portableTurns(this.turns) },
    });
    await this.#opened;
    const input = {
      conversation,
      turnCount: this.turns.length,
      said: typeof said === 'string' ? said : portableParts(said),
      options,
    };
    for await (const event of this.#client.stream('ask', input, signal)) {
      if (event.type === 'answer-finished') this.#turns.add(said, event.answer.text);
      yield event;
    }
  }

  rewind(turnCount: number): void {
    this.#turns.rewind(turnCount);
  }

  async dispose(): Promise<void> {
    if (!this.#opened) return;
    this.#opened = undefined;
    await this.#client.call('forget', { conversation: this.#number });
  }
}
