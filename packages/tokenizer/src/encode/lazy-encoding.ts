import type { Encoding } from '../tokenizer-spec.js';

/** An encoding whose tokens and offsets are worked out when they are asked for. */
export class LazyEncoding implements Encoding {
  readonly ids: readonly number[];
  readonly #spell: (id: number) => string;
  readonly #locate: () => (readonly [number, number])[];
  #tokens: string[] | undefined;
  #offsets: (readonly [number, number])[] | undefined;

  constructor(
    ids: readonly number[],
    spell: (id: number) => string,
    locate: () => (readonly [number, number])[],
  ) {
    this.ids = ids;
    this.#spell = spell;
    this.#locate = locate;
  }

  get tokens(): readonly string[] {
    this.#tokens ??= this.ids.map(this.#spell);
    return this.#tokens;
  }

  get offsets(): readonly (readonly [number, number])[] {
    this.#offsets ??= this.#locate();
    return this.#offsets;
  }
}
