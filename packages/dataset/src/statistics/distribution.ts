/** What many whole numbers look like. */
export interface Distribution {
  readonly count: number;
  readonly sum: number;
  readonly mean: number;
  readonly least: number;
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
  readonly most: number;
  /** Counts by range, `from` up to but not including `to`; ranges double in width where numbers do. */
  readonly histogram: readonly { readonly from: number; readonly to: number; readonly count: number }[];
}

/** Numbers from here on are told apart to one part in 64. */
const EXACT = 4096;
const STEPS = 64;

/**
 * Collects whole numbers from 0 up in bounded memory: exact below 4096, to 1.6 % above. `least`, `most` and `sum` are exact.
 */
export class DistributionCounter {
  readonly #counts = new Map<number, number>();
  #count = 0;
  #sum = 0;
  #least = Number.POSITIVE_INFINITY;
  #most = 0;

  add(value: number): void {
    this.#count++;
    this.#sum += value;
    this.#least = Math.min(this.#least, value);
    this.#most = Math.max(this.#most, value);
    const bucket = bucketOf(value);
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + 1);
  }

  get distribution(): Distribution {
    const sorted = [...this.#counts].sort(([left], [right]) => left - right);
    const quantile = (share: number): number => {
      let left = Math.ceil(share * this.#count);
      for (const [bucket, count] of sorted) {
        left -= count;
        if (left <= 0) return Math.min(bucket, this.#most);
      }
      return this.#most;
    };
    const histogram: { from: number; to: number; count: number }[] = [];
    for (const [bucket, count] of sorted) {
      const to = bucket < 1 ? 1 : 2 ** (Math.floor(Math.log2(bucket)) + 1);
      const last = histogram.at(-1);
      if (last !== undefined && last.to === to) last.count += count;
      else histogram.push({ from: bucket < 1 ? 0 : to / 2, to, count });
    }
    return {
      count: this.#count,
      sum: this.#sum,
      mean: this.#count === 0 ? 0 : this.#sum / this.#count,
      least: this.#count === 0 ? 0 : this.#least,
      median: quantile(0.5),
      p95: quantile(0.95),
      p99: quantile(0.99),
      most: this.#most,
      histogram,
    };
  }
}

function bucketOf(value: number): number {
  if (value < EXACT) return value;
  const step = 2 ** Math.floor(Math.log2(value)) / STEPS;
  return Math.floor(value / step) * step;
}
