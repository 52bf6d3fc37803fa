import { assertFree } from '../assert-free.js';
import type { Conversation, ConversationOptions } from '../chat.js';
import type { ChatEvent } from '../event.js';
import type { AnswerOptions } from '../options.js';
import type { Part, Turn } from '../turn.js';
import { TurnList, userTurn } from '../turn-list.js';
import type { Work } from '../work.js';
import type { ImageTiles } from './dialect.js';
import { imagesIn, imageTiles } from './image-tiles.js';
import { type Asking, streamRemoteAnswer } from './stream-remote-answer.js';
import { unsupported } from './unsupported.js';

/** A conversation whose turns are kept here and sent each time; what of them is computed again is up to the server's cache. */
export class EndpointConversation implements Conversation {
  readonly #asking: Asking;
  readonly #work: Work;
  readonly #turns: TurnList;
  readonly #options: Omit<ConversationOptions, 'history'>;
  /** Of every image said so far. */
  #tiles: ImageTiles[];
  #busy = false;
  #disposed = false;

  constructor(asking: Asking, work: Work, { history = [], ...options }: ConversationOptions) {
    this.#asking = asking;
    this.#work = work;
    this.#turns = new TurnList(history);
    this.#options = options;
    this.#tiles = imageTiles(history, options);
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
    const wanted = { ...this.#options, ...options, signal };
    const turn = userTurn(said);
    const tiles = [...this.#tiles, ...imageTiles([turn], wanted)];
    this.#busy = true;
    try {
      for await (const event of streamRemoteAnswer(this.#asking, [...this.turns, turn], wanted, tiles)) {
        if (event.type === 'answer-finished') {
          this.#turns.add(said, event.answer.text);
          this.#tiles = tiles;
        }
        yield event;
      }
    } finally {
      this.#busy = false;
    }
  }

  rewind(turnCount: number): void {
    assertFree({ busy: this.#busy, disposed: this.#disposed });
    this.#turns.rewind(turnCount);
    this.#tiles = this.#tiles.slice(0, imagesIn(this.turns));
  }

  async save(): Promise<Uint8Array<ArrayBuffer>> {
    throw unsupported('the state of a conversation', this.#asking.dialect.name, 'keep its turns');
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
  }
}
