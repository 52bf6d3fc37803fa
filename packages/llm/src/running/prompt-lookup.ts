/** Tokens that must be the same before something is guessed. */
const MATCH_TOKENS = 3;
/** Most tokens of a guess. */
const MOST_TOKENS = 7;
/** What one token counts in the share of those that would have been guessed right. */
const WEIGHT = 1 / 16;
/** A guess reaches as far as it is at least as likely right as wrong. */
const ENOUGH = 1 / 2;
/** Just not enough: two tokens that would have been right begin it. */
const FIRST_SHARE = 0.45;

/**
 * Guesses how a text goes on from where its last tokens stood before, in the prompt or in the answer: what copies (OCR,
 * documents, code) copies on. Whether and how far it guesses follows from how many of the tokens so far it would have
 * guessed, which costs nothing to find out: it is silent where a text does not copy, and begins when it does.
 *
 * Source: prompt lookup decoding (Saxena 2023), transformers' `PromptLookupCandidateGenerator`.
 */
export class PromptLookup {
  readonly #ids: number[] = [];
  /** For the tokens of each match, where what followed them last stands. */
  readonly #followers = new Map<string, number>();
  readonly #ignored: number | undefined;
  /** Share of the tokens that it would have guessed which came, the latest counting most. */
  #share = FIRST_SHARE;
  /** Where the text stood before as it stands now, the token behind. */
  #follower: number | undefined;

  /** `ignored`: an id that says nothing, as those of slots do not. */
  constructor(ids: Iterable<number>, ignored?: number) {
    this.#ignored = ignored;
    for (const id of ids) this.#append(id);
  }

  /** Tokens that it knows. */
  get length(): number {
    return this.#ids.length;
  }

  /** Notes a new token of the answer, guessed or not. */
  add(id: number): void {
    const expected = this.#follower === undefined ? this.#ignored : this.#ids[this.#follower];
    if (expected !== this.#ignored) this.#share += WEIGHT * ((expected === id ? 1 : 0) - this.#share);
    this.#append(id);
  }

  /** Guesses at most so many tokens; often none. */
  guess(most: number): readonly number[] {
    const start = this.#follower;
    if (start === undefined) return [];
    const reach = Math.min(most, MOST_TOKENS, Math.floor(Math.log(ENOUGH) / Math.log(this.#share)));
    const guess = this.#ids.slice(start, start + Math.max(0, reach));
    const end = guess.indexOf(this.#ignored ?? -1);
    return end < 0 ? guess : guess.slice(0, end);
  }

  #append(id: number): void {
    const before = this.#lastKey();
    if (before !== undefined) this.#followers.set(before, this.#ids.length);
    this.#ids.push(id);
    const key = this.#lastKey();
    this.#follower = key === undefined ? undefined : this.#followers.get(key);
  }

  #lastKey(): string | undefined {
    const last = this.#ids.slice(-MATCH_TOKENS);
    if (last.length < MATCH_TOKENS || last.includes(this.#ignored ?? -1)) return undefined;
    return last.join();
  }
}
