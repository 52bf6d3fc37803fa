/** Tokens that must be the same before a guess is made. */
const MATCH_TOKENS = 3;
/** Tokens without a guess after bad ones, at first and at most. */
const SHORT_SILENCE = 8;
const LONG_SILENCE = 128;

/**
 * Guesses how a text goes on from where its last tokens stood before, in the prompt or in the answer: what copies (OCR,
 * documents, code) copies on. How many tokens it guesses follows from how many were right; when too few were, it is
 * silent for a while, ever longer.
 *
 * Source: prompt lookup decoding (Saxena 2023), transformers' `PromptLookupCandidateGenerator`.
 */
export class PromptLookup {
  readonly #ids: number[] = [];
  /** For the tokens of each match, where what followed them last stands. */
  readonly #followers = new Map<string, number>();
  readonly #ignored: number | undefined;
  /** Share of guessed tokens that were right, the latest counting most. */
  #trust = 0.5;
  #silent = 0;
  #nextSilence = SHORT_SILENCE;

  /** `ignored`: an id that says nothing, as those of slots do not. */
  constructor(ids: Iterable<number>, ignored?: number) {
    this.#ignored = ignored;
    for (const id of ids) this.#append(id);
  }

  /** Tokens that it knows. */
  get length(): number {
    return this.#ids.length;
  }

  /** Notes a new token. */
  add(id: number): void {
    this.#append(id);
    if (this.#silent > 0) this.#silent--;
  }

  /** Guesses at most so many tokens; often none. */
  guess(most: number): readonly number[] {
    if (this.#silent > 0 || most < 1) return [];
    const start = this.#followers.get(this.#lastKey() ?? '');
    if (start === undefined) return [];
    const length = this.#trust >= 0.7 ? 7 : this.#trust >= 0.4 ? 3 : 1;
    const guess = this.#ids.slice(start, start + Math.min(most, length));
    const end = guess.indexOf(this.#ignored ?? -1);
    return end < 0 ? guess : guess.slice(0, end);
  }

  /** Notes how many tokens of a guess were right. */
  learn(guessed: number, right: number): void {
    this.#trust = 0.75 * this.#trust + 0.25 * (right / guessed);
    if (right === guessed) this.#nextSilence = SHORT_SILENCE;
    if (this.#trust >= 0.25) return;
    this.#trust = 0.3;
    this.#silent = this.#nextSilence;
    this.#nextSilence = Math.min(LONG_SILENCE, 2 * this.#nextSilence);
  }

  #append(id: number): void {
    const key = this.#lastKey();
    if (key !== undefined) this.#followers.set(key, this.#ids.length);
    this.#ids.push(id);
  }

  #lastKey(): string | undefined {
    const last = this.#ids.slice(-MATCH_TOKENS);
    if (last.length < MATCH_TOKENS || last.includes(this.#ignored ?? -1)) return undefined;
    return last.join();
  }
}
