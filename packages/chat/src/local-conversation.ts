import { Memory, type SharedMemory } from './answering/memory.js';
import { streamAnswer } from './answering/stream-answer.js';
import { assertFree } from './assert-free.js';
import type { Conversation, ConversationOptions } from './chat.js';
import type { ChatModel } from './chat-model.js';
import type { ChatEvent } from './event.js';
import type { AnswerOptions } from './options.js';
import { readState, writeState } from './state/conversation-state.js';
import type { Part, Turn } from './turn.js';
import { TurnList, userTurn } from './turn-list.js';
import type { Work } from './work.js';

/** A conversation over a model in this thread. */
export class LocalConversation implements Conversation {
  readonly #model: ChatModel;
  readonly #work: Work;
  readonly #turns: TurnList;
  readonly #options: Omit<ConversationOptions, 'history'>;
  readonly #memory: Memory;
  #busy = false;
  #disposed = false;

  constructor(
    model: ChatModel,
    work: Work,
    shared: SharedMemory,
    { history, ...options }: ConversationOptions,
  ) {
    this.#memory = new Memory(shared, { keeps: true });
    this.#model = model;
    this.#work = work;
    this.#turns = new TurnList(history);
    this.#options = options;
  }

  /** One that goes on from what `save` gave. @throws as `Chat.restore` */
  static async restored(
    state: Uint8Array,
    model: ChatModel,
    work: Work,
    shared: SharedMemory,
    options: Omit<ConversationOptions, 'history'>,
  ): Promise<LocalConversation> {
    work.signal(undefined);
    const { turns, shown, prefix, options: saved } = await readState(state, model);
    work.signal(undefined);
    const conversation = new LocalConversation(model, work, shared, { ...saved, ...options, history: turns });
    const memory = conversation.#memory;
    memory.shown = shown;
    if (prefix && memory.hold) shared.running?.restore(prefix, memory.hold);
    return conversation;
  }

  get turns(): readonly Turn[] {
    return this.#turns.turns;
  }

  async *ask(
    said: string | readonly Part[],
    options: AnswerOptions = {},
  ): AsyncGenerator<ChatEvent, void, void> {
    assertFree({ busy: this.#busy, disposed: this.#disposed });
    const signal = this.#work.signal(options.signal);
    const turns = [...this.turns, userTurn(said)];
    this.#busy = true;
    try {
      const events = streamAnswer(this.#model, turns, { ...this.#options, ...options, signal }, this.#memory);
      for await (const event of events) {
        if (event.type === 'answer-finished') this.#turns.add(said, event.answer.text);
        yield event;
      }
    } finally {
      this.#busy = false;
      if (this.#disposed) this.#memory.dispose();
    }
  }

  async save(): Promise<Uint8Array<ArrayBuffer>> {
    assertFree({ busy: this.#busy, disposed: this.#disposed });
    this.#work.signal(undefined);
    this.#busy = true;
    try {
      const { shown, hold, shared } = this.#memory;
      const prefix = hold && (await shared.running?.kept(hold));
      return await writeState({ options: this.#options, turns: this.turns, shown, prefix }, this.#model);
    } finally {
      this.#busy = false;
      if (this.#disposed) this.#memory.dispose();
    }
  }

  rewind(turnCount: number): void {
    assertFree({ busy: this.#busy, disposed: this.#disposed });
    this.#turns.rewind(turnCount);
    this.#memory.rewind(turnCount);
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    if (!this.#busy) this.#memory.dispose();
  }
}
