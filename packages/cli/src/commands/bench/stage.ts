/** Ids of what is measured, in the order of the table. */
export const stageNames = [
  'load',
  'decode-image',
  'cut-tiles',
  'vision-tile',
  'prefill',
  'decode',
  'first-token',
  'first-token-again',
  'stall',
  'cancel-vision',
  'cancel-prefill',
  'cancel-decode',
  'freed-vision',
  'freed-prefill',
  'memory-loaded',
  'memory-peak',
] as const;

export type StageName = (typeof stageNames)[number];

/** A row of the table: median and quartiles of what was measured. */
export interface Stage {
  readonly stage: StageName;
  /** What it was measured on: `1793 tokens`, `6 + 1 tiles`. */
  readonly of: string;
  /** `ms`, or `bytes` of memory. */
  readonly unit: 'ms' | 'bytes';
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly count: number;
  /** Tokens per second, where that is what people ask for. */
  readonly tokensPerSecond?: number;
}

/** Median and quartiles; undefined where nothing was measured. */
export function stageOf(
  stage: StageName,
  of: string,
  values: readonly number[],
  { unit = 'ms', tokens }: { readonly unit?: Stage['unit']; readonly tokens?: number } = {},
): Stage | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => {
    const place = share * (sorted.length - 1);
    const below = sorted[Math.floor(place)]!;
    return below + (sorted[Math.ceil(place)]! - below) * (place - Math.floor(place));
  };
  const median = at(0.5);
  return {
    ...{ stage, of, unit, median, low: at(0.25), high: at(0.75), count: sorted.length },
    ...(tokens !== undefined && { tokensPerSecond: (tokens * 1000) / median }),
  };
}
