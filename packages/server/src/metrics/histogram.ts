/** Counts of values up to bounds, as Prometheus keeps them. */
export class Histogram {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;
  #count = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = bounds.map(() => 0);
  }

  observe(value: number): void {
    this.#sum += value;
    this.#count++;
    for (const [index, bound] of this.#bounds.entries()) if (value <= bound) this.#counts[index]!++;
  }

  lines(name: string, labels: string): string[] {
    const inside = labels === '' ? '' : `${labels},`;
    const outside = labels === '' ? '' : `{${labels}}`;
    return [
      ...this.#bounds.map((bound, index) => `${name}_bucket{${inside}le="${bound}"} ${this.#counts[index]}`),
      `${name}_bucket{${inside}le="+Inf"} ${this.#count}`,
      `${name}_sum${outside} ${this.#sum}`,
      `${name}_count${outside} ${this.#count}`,
    ];
  }
}
