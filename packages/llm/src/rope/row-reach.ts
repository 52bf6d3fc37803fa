import type { Rotations } from './rotation.js';

/** From row `start` of a cache on, keys were turned for a conversation that reached `tokens` tokens. */
export interface Stretch {
  readonly start: number;
  readonly tokens: number;
}

/**
 * Remembers how the keys of one cache row were rotated, stretch by stretch, because Phi-3's factors and dynamic
 * NTK's base change while cached keys stay.
 */
export class RowReach {
  readonly #rotations: Rotations;
  #stretches: readonly Stretch[];

  constructor(rotations: Rotations, stretches: readonly Stretch[] = []) {
    this.#rotations = rotations;
    this.#stretches = stretches;
  }

  /** Where keys were turned otherwise than those before, and how. */
  get stretches(): readonly Stretch[] {
    return this.#stretches;
  }

  /** The tokens that a run counts with which makes the conversation `tokens` long. */
  next(tokens: number): number {
    return this.#rotations.reach(tokens, this.#stretches.at(-1)?.tokens ?? 0);
  }

  /** Notes that keys from row `start` on were turned for `tokens` tokens. */
  extend(start: number, tokens: number): void {
    const last = this.#stretches.at(-1);
    const { keyOf } = this.#rotations;
    if (last === undefined || keyOf(last.tokens) !== keyOf(tokens)) {
      this.#stretches = [...this.#stretches, { start, tokens }];
    }
  }

  /** Forgets everything about rows `length` and beyond. */
  truncate(length: number): void {
    this.#stretches = this.#stretches.filter(({ start }) => start < length);
  }

  /** Whether the first `length` keys are those that a fresh prefill of `tokens` tokens would make. */
  matches(tokens: number, length: number): boolean {
    const { keyOf } = this.#rotations;
    return this.#stretches.every(
      (stretch) => stretch.start >= length || keyOf(stretch.tokens) === keyOf(tokens),
    );
  }

  /** Whether a conversation of `tokens` tokens turns its next keys as one of `more` does. */
  turnsAlike(tokens: number, more: number): boolean {
    const { keyOf } = this.#rotations;
    return keyOf(this.next(tokens)) === keyOf(this.next(more));
  }

  clone(): RowReach {
    return new RowReach(this.#rotations, this.#stretches);
  }
}
