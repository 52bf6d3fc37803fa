/** Middle and spread of times. */
export interface Spread {
  readonly median: number;
  /** A quarter of the times are below. */
  readonly low: number;
  /** A quarter of the times are above. */
  readonly high: number;
  readonly count: number;
}

/** @param values at least one */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => {
    const place = share * (sorted.length - 1);
    const below = sorted[Math.floor(place)]!;
    return below + (sorted[Math.ceil(place)]! - below) * (place - Math.floor(place));
  };
  return { median: at(0.5), low: at(0.25), high: at(0.75), count: sorted.length };
}
