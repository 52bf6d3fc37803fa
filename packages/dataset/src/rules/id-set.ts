import { hash64 } from '../clean/text-key.js';

const FULL = 0.6;

/**
 * Remembers where an id was first seen, by a 64-bit hash: 12 bytes an id at most half of the time, so a million ids take some 25 MB
 * and no strings are kept. Two different ids take each other's place once in 10¹⁹ pairs.
 */
export class IdSet {
  #capacity = 1 << 12;
  #size = 0;
  #high = new Uint32Array(this.#capacity);
  #low = new Uint32Array(this.#capacity);
  #place = new Uint32Array(this.#capacity);

  /** Entries. */
  get size(): number {
    return this.#size;
  }

  /** Remembers an id at a place above 0. @returns the place it was first seen at, or 0 for one that is new. */
  add(id: string, place: number): number {
    const { high, low } = hash64(id);
    if (this.#size >= this.#capacity * FULL) this.#grow();
    const slot = this.#find(high, low);
    if (this.#place[slot] !== 0) return this.#place[slot]!;
    this.#high[slot] = high;
    this.#low[slot] = low;
    this.#place[slot] = place;
    this.#size++;
    return 0;
  }

  #find(high: number, low: number): number {
    const mask = this.#capacity - 1;
    let slot = (high ^ (low >>> 3)) & mask;
    while (this.#place[slot] !== 0 && (this.#high[slot] !== high || this.#low[slot] !== low)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #grow(): void {
    const [high, low, place] = [this.#high, this.#low, this.#place];
    this.#capacity *= 2;
    this.#high = new Uint32Array(this.#capacity);
    this.#low = new Uint32Array(this.#capacity);
    this.#place = new Uint32Array(this.#capacity);
    for (let at = 0; at < place.length; at++) {
      if (place[at] === 0) continue;
      const slot = this.#find(high[at]!, low[at]!);
      this.#high[slot] = high[at]!;
      this.#low[slot] = low[at]!;
      this.#place[slot] = place[at]!;
    }
  }
}
