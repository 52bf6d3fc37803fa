/** How answers are spread: what a model could answer without looking. */
export interface AnswerPriors {
  /** Answers of at most 60 characters. */
  readonly short: number;
  readonly distinct: number;
  /** Of the short answers, bits; near 0 where nearly all are the same. */
  readonly entropy: number;
  /** Share of short answers that the most frequent one has: what always answering it scores. */
  readonly blind: number;
  readonly top: readonly { readonly answer: string; readonly count: number; readonly share: number }[];
  /** True where there were too many different answers to keep, so that rare ones are missing. */
  readonly approximate: boolean;
}

const LONGEST = 60;
const MOST = 200_000;

/** Counts short answers in bounded memory. */
export class AnswerCounter {
  #counts = new Map<string, number>();
  #short = 0;
  #approximate = false;

  add(answer: string): void {
    const plain = answer
      .normalize('NFKC')
      .trim()
      .toLowerCase()
      .replace(/[.。!！]+$/, '');
    if (plain === '' || plain.length > LONGEST) return;
    this.#short++;
    this.#counts.set(plain, (this.#counts.get(plain) ?? 0) + 1);
    if (this.#counts.size <= MOST) return;
    this.#approximate = true;
    this.#counts = new Map([...this.#counts].sort(([, left], [, right]) => right - left).slice(0, MOST / 2));
  }

  priors(top: number): AnswerPriors {
    const sorted = [...this.#counts].sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1));
    const shares = sorted.map(([, count]) => count / this.#short);
    return {
      short: this.#short,
      distinct: sorted.length,
      entropy: shares.reduce((sum, share) => sum - share * Math.log2(share), 0),
      blind: shares[0] ?? 0,
      top: sorted.slice(0, top).map(([answer, count]) => ({ answer, count, share: count / this.#short })),
      approximate: this.#approximate,
    };
  }
}
