import { DatasetError } from '../error.js';

/** A shuffle of 0 … size − 1 that needs no memory: place → row. The same seeds give the same shuffle everywhere. */
export type Permutation = (place: number) => number;

/**
 * A shuffle by a four-round Feistel network over the smallest square of a power of two that holds `size`; numbers past `size` are sent
 * round again, so that each row comes exactly once (cycle walking, Black & Rogaway 2002).
 *
 * @param seeds whole numbers that choose the shuffle: seed, epoch, source, pass
 * @throws `invalid-option` for a size that is no whole number from 0 to 2^48
 */
export function permutation(size: number, seeds: readonly number[]): Permutation {
  if (!Number.isInteger(size) || size < 0 || size > 2 ** 48) {
    throw new DatasetError(
      'invalid-option',
      `Expected a number of rows from 0 to 2^48, got ${size}; give each source its number of rows.`,
      { rows: size },
    );
  }
  let half = 1;
  while (half * half < size) half *= 2;
  const keys = [0, 1, 2, 3].map((round) => seeds.reduce((state, seed) => mixed(state, seed), 0x9e37 + round));
  const once = (place: number): number => {
    let left = Math.floor(place / half);
    let right = place % half;
    for (const key of keys) [left, right] = [right, (left ^ mixed(key, right)) & (half - 1)];
    return left * half + right;
  };
  return (place) => {
    let row = once(place);
    while (row >= size) row = once(row);
    return row;
  };
}

/** A 32-bit hash of a state and a number (the finaliser of MurmurHash3). */
export function mixed(state: number, value: number): number {
  let hash = Math.imul(state ^ value, 0x85ebca6b) ^ Math.imul(Math.floor(value / 2 ** 32) | 0, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
