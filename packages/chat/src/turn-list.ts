import { InternVLError } from '@internvl/backend';
import type { Part, Turn } from './turn.js';

/** The turns of a conversation. Finished pairs are added, the end can be taken back. */
export class TurnList {
  readonly #turns: Turn[];

  constructor(history: readonly Turn[] = []) {
    this.#turns = [...history];
  }

  get turns(): readonly Turn[] {
    return this.#turns;
  }

  /** Adds what was said and what was answered. */
  add(said: string | readonly Part[], answer: string): void {
    this.#turns.push(userTurn(said), { role: 'assistant', parts: [{ type: 'text', text: answer }] });
  }

  /** Forgets the turns behind the first `turnCount`. @throws `invalid-option` */
  rewind(turnCount: number): void {
    if (!Number.isInteger(turnCount) || turnCount < 0 || turnCount > this.#turns.length) {
      throw new InternVLError(
        'invalid-option',
        `Expected a number of turns from 0 to ${this.#turns.length}, got ${turnCount}; a conversation can only be cut to turns it has.`,
        { option: 'turnCount', value: turnCount, turns: this.#turns.length },
      );
    }
    this.#turns.length = turnCount;
  }
}

/** What a user said as a turn. */
export function userTurn(said: string | readonly Part[]): Turn {
  return { role: 'user', parts: typeof said === 'string' ? [{ type: 'text', text: said }] : said };
}
