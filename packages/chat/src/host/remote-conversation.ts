import { InternVLError } from '@internvl/backend';
import { assertFree } from '../assert-free.js';
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
  #disposed = false;

  /** `opened`: whether the host has it already. */
  constructor(
    client: HostClient<HostCalls<L>>,
    number: number,
    history: readonly Turn[],
    options: Omit<ConversationOptions, 'history'>,
    opened = false,
  ) {
    this.#client = client;
    this.#number = number;
    this.#turns = new TurnList(history);
    this.#options = options;
    if (opened) this.#opened = Promise.resolve(null);
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
    await this.#open();
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

  async save(): Promise<Uint8Array<ArrayBuffer>> {
    await this.#open();
    return this.#client.call('save', { conversation: this.#number, turnCount: this.turns.length });
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    if (!this.#opened) return;
    this.#opened = undefined;
    try {
      await this.#client.call('forget', { conversation: this.#number });
    } catch (error) {
      // It went with its chat.
      if (!InternVLError.is(error, 'chat-disposed') && !InternVLError.is(error, 'host-lost')) throw error;
    }
  }

  #open(): Promise<null> {
    assertFree({ busy: false, disposed: this.#disposed });
    this.#opened ??= this.#client.call('converse', {
      conversation: this.#number,
      options: { ...this.#options, history: portableTurns(this.turns) },
    });
    return this.#opened;
  }
}
