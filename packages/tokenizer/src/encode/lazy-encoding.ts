import type { Encoding } from '../tokenizer-spec.js';
import type { Range } from './locate.js';

/** An encoding whose tokens and offsets are worked out when they are asked for. */
export class LazyEncoding implements Encoding {
  readonly ids: readonly number[];
  readonly #spell: (id: number) => string;
  readonly #locate: () => Range[];
  #offsets: Range[] | undefined;

  constructor(ids: readonly number[], spell: (id: number) => string, locate: () => Range[]) {
    this.ids = ids;
    this.#spell = spell;
    this.#locate = locate;
  }

  get tokens(): readonly string[] {
    return this.ids.map(this.#spell);
  }

  get offsets(): readonly Range[] {
    this.#offsets ??= this.#locate();
    return this.#offsets;
  }
}
