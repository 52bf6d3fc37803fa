import type { Chat, Conversation, ConversationOptions } from './chat.js';
import type { ChatEvent } from './event.js';
import type { AnswerOptions } from './options.js';
import type { RecoveringChat } from './recovering-chat.js';
import type { Part, Turn } from './turn.js';
import { TurnList } from './turn-list.js';

/** A conversation of one loaded chat. */
interface OnChat {
  readonly chat: Chat;
  readonly conversation: Conversation;
}

/**
 * A conversation that outlives its device: what the lost one had cached is computed again, with the tile options of the next
 * question.
 */
export class RecoveringConversation implements Conversation {
  readonly #chat: RecoveringChat;
  readonly #options: Omit<ConversationOptions, 'history'>;
  readonly #turns: TurnList;
  #current: OnChat | undefined;
  #disposed = false;

  /** `current`: what it is on the chat that is loaded now, where there is one already. */
  constructor(chat: RecoveringChat, { history, ...options }: ConversationOptions, current?: OnChat) {
    this.#current = current;
    this.#chat = chat;
    this.#options = options;
    this.#turns = new TurnList(history);
  }

  get turns(): readonly Turn[] {
    return this.#turns.turns;
  }

  async *ask(
    said: string | readonly Part[],
    options: AnswerOptions = {},
  ): AsyncGenerator<ChatEvent, void, void> {
    const events = this.#chat.stream((chat) => this.#on(chat).ask(said, options), options.signal);
    for await (const event of events) {
      if (event.type === 'answer-finished') this.#turns.add(said, event.answer.text);
      yield event;
    }
  }

  rewind(turnCount: number): void {
    this.#current?.conversation.rewind(turnCount);
    this.#turns.rewind(turnCount);
  }

  save(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#chat.call((chat) => this.#on(chat).save(), undefined);
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#current?.conversation.dispose();
  }

  /** The conversation of a chat: another chat starts one with what was said so far. */
  #on(chat: Chat): Conversation {
    if (this.#current?.chat === chat) return this.#current.conversation;
    const conversation = chat.conversation({ ...this.#options, history: this.turns });
    this.#current = { chat, conversation };
    if (this.#disposed) void conversation.dispose();
    return conversation;
  }
}
