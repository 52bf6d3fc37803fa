import { DatasetError } from '../error.js';

/**
 * How often each source comes:
 *
 * - `repeat-time`: as InternVL's meta file says: below 1 the first rows only, else every row so many times
 * - `sqrt`: in proportion to √rows, so that small sets are not drowned
 * - `shares`: in the shares given
 */
export type MixtureStrategy = 'repeat-time' | 'sqrt' | 'shares';

/** A data set that is mixed in. */
export interface MixtureSource {
  readonly name: string;
  readonly rows: number;
  /** For `repeat-time`; 1 by default. Below 1 a part of the rows, above it a whole number. */
  readonly repeatTime?: number | undefined;
  /** For `shares`: any positive number; they are divided by their sum. */
  readonly share?: number | undefined;
}

export interface MixtureOptions {
  /** `repeat-time` by default. */
  readonly strategy?: MixtureStrategy | undefined;
  /** A whole number; 0 by default. */
  readonly seed?: number | undefined;
  /** Rows of one epoch, for `sqrt` and `shares`; the sum of all sources' rows by default, as the reference has it. */
  readonly total?: number | undefined;
}

/** What a mixture is, as plain data to review, keep and compare. */
export interface MixturePlan {
  readonly format: 1;
  readonly strategy: MixtureStrategy;
  readonly seed: number;
  /** Rows of one epoch. */
  readonly total: number;
  readonly sources: readonly {
    readonly name: string;
    /** Rows there are. */
    readonly rows: number;
    /** The first so many of them are used. */
    readonly used: number;
    /** Rows of one epoch that come from here: more than `used` when rows come again. */
    readonly count: number;
  }[];
}

/**
 * Counts how many rows each source gives to an epoch. Shares are exact: no source is more than one row off.
 *
 * Source: `repeat_time` and `use_data_resampling` in `internvl/train/internvl_chat_finetune.py` of OpenGVLab/InternVL (2410d1d); the
 * reference draws √n at random with replacement, here the same shares are kept exactly.
 *
 * @throws `invalid-option` for rows, repeat times, shares, totals or seeds that are not what they have to be, for two sources of one name,
 * and for shares of a source without rows
 */
export function planMixture(sources: readonly MixtureSource[], options: MixtureOptions = {}): MixturePlan {
  const { strategy = 'repeat-time', seed = 0, total } = options;
  check(Number.isInteger(seed), 'seed', seed, 'a whole number');
  check(total === undefined || (Number.isInteger(total) && total >= 0), 'total', total, 'a whole number');
  const names = new Set<string>();
  for (const { name, rows } of sources) {
    check(!names.has(name), `source ${name}`, name, 'names that differ');
    names.add(name);
    check(Number.isInteger(rows) && rows >= 0, `rows of ${name}`, rows, 'a whole number');
  }
  const planned =
    strategy === 'repeat-time'
      ? sources.map(repeated)
      : shared(sources, strategy, total ?? sum(sources.map(({ rows }) => rows)));
  return { format: 1, strategy, seed, total: sum(planned.map(({ count }) => count)), sources: planned };
}

type PlannedSource = MixturePlan['sources'][number];

function repeated({ name, rows, repeatTime = 1 }: MixtureSource): PlannedSource {
  const fine = repeatTime >= 0 && (repeatTime < 1 || Number.isInteger(repeatTime));
  check(fine, `repeat_time of ${name}`, repeatTime, 'a number below 1 or a whole number');
  if (repeatTime >= 1) return { name, rows, used: rows, count: rows * repeatTime };
  const used = Math.trunc(rows * repeatTime);
  return { name, rows, used, count: used };
}

function shared(
  sources: readonly MixtureSource[],
  strategy: Exclude<MixtureStrategy, 'repeat-time'>,
  total: number,
): PlannedSource[] {
  const shares = sources.map(({ name, rows, share }) => {
    if (strategy === 'sqrt') return Math.sqrt(rows);
    check(
      share !== undefined && share >= 0 && Number.isFinite(share),
      `share of ${name}`,
      share,
      'a positive number',
    );
    check(rows > 0 || share === 0, `rows of ${name}`, rows, 'some, as it has a share');
    return share ?? 0;
  });
  const all = sum(shares);
  check(all > 0 || total === 0, 'shares', shares, 'a source with rows and a share');
  // Largest remainders: whole numbers first, then one more for those that lost most.
  const exact = shares.map((share) => (all === 0 ? 0 : (share / all) * total));
  const counts = exact.map(Math.floor);
  const order = exact
    .map((_, index) => index)
    .sort((a, b) => exact[b]! - counts[b]! - (exact[a]! - counts[a]!) || a - b);
  const missing = total - sum(counts);
  for (const index of order.slice(0, missing)) counts[index]!++;
  return sources.map(({ name, rows }, index) => ({ name, rows, used: rows, count: counts[index]! }));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function check(fine: boolean, option: string, value: unknown, expected: string): void {
  if (fine) return;
  throw new DatasetError('invalid-option', `Expected ${option} to be ${expected}, got ${String(value)}.`, {
    option,
    value,
  });
}
