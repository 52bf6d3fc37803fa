import { setTimeout } from 'node:timers/promises';
import { type Asked, ask, atOnce, type Ended } from './ask.js';
import type { NanoServer } from './nano-server.js';
import { malformed } from './questions.js';
import type { Watchdog } from './watchdog.js';

/** What a client does: one in twenty sends nonsense, one in ten leaves behind the second piece. */
export interface Task {
  readonly asked: Asked;
  readonly kind: 'stays' | 'leaves' | 'malformed';
}

/** How many requests ended how. */
export interface Ends {
  answeredAsAlone: number;
  /** Answers that differ from the same request's alone. */
  readonly crossed: string[];
  /** Neither answered nor refused as they should be. */
  lost: number;
  leftMidway: number;
  refusedMalformed: number;
  /** 429 and asked again, as the server said. */
  toldToComeAgain: number;
  /** Requests that waited in the server at once. */
  mostWaiting: number;
  /** Ms. */
  readonly firstTokenMs: number[];
}

export function mixed(questions: readonly Asked[], count: number): readonly Task[] {
  return Array.from({ length: count }, (_, index) => ({
    asked: questions[index % questions.length]!,
    kind: index % 20 === 7 ? 'malformed' : index % 10 === 3 ? 'leaves' : 'stays',
  }));
}

export function noEnds(): Ends {
  return {
    answeredAsAlone: 0,
    crossed: [],
    lost: 0,
    leftMidway: 0,
    refusedMalformed: 0,
    toldToComeAgain: 0,
    mostWaiting: 0,
    firstTokenMs: [],
  };
}

/** Clients of a server. */
export class Load {
  readonly #server: NanoServer;
  readonly #watchdog: Watchdog;

  constructor(server: NanoServer, watchdog: Watchdog) {
    this.#server = server;
    this.#watchdog = watchdog;
  }

  /** Asks until it is not told to come again; says how often it was. */
  async persist(asked: Asked, leaveAfter?: number): Promise<Ended & { readonly refusals: number }> {
    for (let refusals = 0; ; refusals++) {
      const over = this.#watchdog.begin(asked.name);
      const ended = await ask(this.#server.url, asked, leaveAfter).finally(over);
      if (ended.status !== 429) return { ...ended, refusals };
      // Clients wait as they were told, but not all the same time.
      await setTimeout((ended.retryAfterMs ?? 1000) * (0.5 + Math.random() / 2));
    }
  }

  /** Texts of answers to one request after the other, by its name. */
  async alone(questions: readonly Asked[]): Promise<ReadonlyMap<string, string>> {
    const texts = new Map<string, string>();
    for (const asked of questions) texts.set(asked.name, (await this.persist(asked)).text);
    return texts;
  }

  /** Does all tasks, so many at once, and adds to `ends`; each answer is compared with the same request's alone. */
  async run(
    clients: number,
    tasks: readonly Task[],
    alone: ReadonlyMap<string, string>,
    ends: Ends,
  ): Promise<void> {
    let done = false;
    const watch = (async () => {
      while (!done) {
        ends.mostWaiting = Math.max(ends.mostWaiting, await this.#server.gauge('waiting'));
        await setTimeout(50);
      }
    })();
    await atOnce(clients, tasks, async (task, index) => {
      try {
        await this.#one(task, index, alone, ends);
      } catch (error) {
        console.error(task.asked.name, error);
        ends.lost++;
      }
    });
    done = true;
    await watch;
  }

  async #one(
    { asked, kind }: Task,
    index: number,
    alone: ReadonlyMap<string, string>,
    ends: Ends,
  ): Promise<void> {
    if (kind === 'malformed') {
      const body = malformed[Math.floor(index / 20) % malformed.length]!;
      const { status } = await this.persist({ name: 'malformed', body });
      if (status === 400 || status === 404) ends.refusedMalformed++;
      else ends.lost++;
      return;
    }
    const ended = await this.persist(asked, kind === 'leaves' ? 2 : undefined);
    ends.toldToComeAgain += ended.refusals;
    if (ended.status === 499) ends.leftMidway++;
    else if (ended.status !== 200) ends.lost++;
    else if (ended.text === alone.get(asked.name)) ends.answeredAsAlone++;
    else ends.crossed.push(`${asked.name}: ${ended.text}`);
    if (ended.status === 200) ends.firstTokenMs.push(ended.firstTokenMs);
  }
}
