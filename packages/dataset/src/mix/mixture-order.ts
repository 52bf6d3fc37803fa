import { DatasetError } from '../error.js';
import type { MixturePlan } from './mixture-plan.js';
import { type Permutation, permutation } from './permutation.js';

/** One row of a mixture. */
export interface MixtureRow {
  /** Place in the whole epoch, the same for any number of shards. */
  readonly position: number;
  /** Index into the plan's sources. */
  readonly source: number;
  /** Row of that source, from 0. */
  readonly row: number;
  /** How often that row has come before in this epoch. */
  readonly pass: number;
}

export interface MixtureOrderOptions {
  /** A whole number; each epoch is shuffled anew. 0 by default. */
  readonly epoch?: number | undefined;
  /** Of `shards` workers this is number `shard`, from 0: it gets the positions that leave this remainder. All by default. */
  readonly shard?: number | undefined;
  readonly shards?: number | undefined;
  /** First position; state to resume from is only this number. */
  readonly start?: number | undefined;
}

/**
 * The order of one epoch. Sources are interleaved evenly: any stretch of it holds each of them in its share, to within a row. Rows of a
 * source are shuffled anew in each pass. The order depends on the plan, its seed and the epoch alone, not on the number of shards, and no
 * list of it is ever held.
 *
 * @throws `invalid-option` for a shard that is not one of `shards`
 */
export function* mixtureOrder(
  plan: MixturePlan,
  { epoch = 0, shard = 0, shards = 1, start = 0 }: MixtureOrderOptions = {},
): Generator<MixtureRow, void, undefined> {
  if (![epoch, shard, shards, start].every(Number.isInteger) || shard < 0 || shard >= shards || start < 0) {
    throw new DatasetError(
      'invalid-option',
      `Expected whole numbers with 0 ≤ shard < shards and start ≥ 0, got shard ${shard} of ${shards} from ${start}.`,
      { epoch, shard, shards, start },
    );
  }
  const sources = plan.sources.map(({ count, used }) => ({ count, used, given: 0, pass: -1, shuffle: none }));
  for (let position = 0; position < plan.total; position++) {
    let next = -1;
    let least = Number.POSITIVE_INFINITY;
    for (const [index, { count, given }] of sources.entries()) {
      // Row k of a source lies in the middle of the k-th of its equal stretches.
      const due = given < count ? (given + 0.5) / count : Number.POSITIVE_INFINITY;
      if (due < least) {
        least = due;
        next = index;
      }
    }
    const source = sources[next]!;
    const given = source.given++;
    if (position < start || position % shards !== shard) continue;
    const pass = Math.floor(given / source.used);
    if (pass !== source.pass) {
      source.pass = pass;
      source.shuffle = permutation(source.used, [plan.seed, epoch, next, pass]);
    }
    yield { position, source: next, row: source.shuffle(given % source.used), pass };
  }
}

const none: Permutation = (place) => place;

/**
 * A 64-bit fingerprint of an order, in hexadecimal: two plans with the same one give the same rows in the same order.
 */
export function orderDigest(rows: Iterable<MixtureRow>): string {
  let low = 0x811c9dc5;
  let high = 0x9e3779b1;
  for (const { source, row } of rows) {
    low = Math.imul(low ^ row, 0x01000193) ^ Math.imul(source + 1, 0x85ebca6b);
    high = Math.imul(high ^ low, 0xc2b2ae35) ^ (high >>> 13) ^ Math.floor(row / 2 ** 32);
  }
  const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');
  return hex(high) + hex(low);
}
