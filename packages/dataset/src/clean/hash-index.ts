import { DatasetError } from '../error.js';
import { hammingDistance } from './perceptual-hash.js';
import type { Hash64 } from './text-key.js';

const PIECES = 4;
const PIECE_BITS = 16;
/** With four pieces and one changed bit looked for in each, every hash up to this distance is found. */
const MOST_DISTANCE = 7;

/**
 * Finds hashes within a few bits of each other: of two hashes that differ in at most 7 bits, one of four 16-bit pieces differs in at most one,
 * so looking up 4 × 17 pieces finds all of them.
 */
export class HashIndex {
  readonly #distance: number;
  readonly #hashes: Hash64[] = [];
  readonly #pieces: Map<number, number[]>[] = Array.from({ length: PIECES }, () => new Map());

  /** @throws `invalid-option` for a distance that is no whole number from 0 to 7 */
  constructor(distance: number) {
    if (!Number.isInteger(distance) || distance < 0 || distance > MOST_DISTANCE) {
      throw new DatasetError(
        'invalid-option',
        `Expected a distance of 0 to ${MOST_DISTANCE} bits, got ${distance}; name one of these.`,
        {
          option: 'distance',
          value: distance,
        },
      );
    }
    this.#distance = distance;
  }

  get size(): number {
    return this.#hashes.length;
  }

  /** @returns the number of the hash, from 0 */
  add(hash: Hash64): number {
    const index = this.#hashes.push(hash) - 1;
    for (const [piece, value] of pieces(hash).entries()) {
      const bucket = this.#pieces[piece]!.get(value);
      if (bucket === undefined) this.#pieces[piece]!.set(value, [index]);
      else bucket.push(index);
    }
    return index;
  }

  /** The nearest hash, the first of equals; undefined where none is near enough. */
  nearest(hash: Hash64): { readonly index: number; readonly distance: number } | undefined {
    let best: { readonly index: number; readonly distance: number } | undefined;
    const look = (bucket: readonly number[] | undefined): void => {
      for (const index of bucket ?? []) {
        const distance = hammingDistance(hash, this.#hashes[index]!);
        if (distance > this.#distance) continue;
        if (
          best === undefined ||
          distance < best.distance ||
          (distance === best.distance && index < best.index)
        ) {
          best = { index, distance };
        }
      }
    };
    const radius = Math.floor(this.#distance / PIECES);
    for (const [piece, value] of pieces(hash).entries()) {
      look(this.#pieces[piece]!.get(value));
      if (radius > 0)
        for (let bit = 0; bit < PIECE_BITS; bit++) look(this.#pieces[piece]!.get(value ^ (1 << bit)));
    }
    return best;
  }
}

function pieces({ high, low }: Hash64): readonly number[] {
  return [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff];
}
