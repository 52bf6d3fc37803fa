import { tableSize } from './byte-strings.js';

/**
 * Which two neighbouring symbols become which one, and in what order: pair → { rank, result }. The lowest rank goes first,
 * among equal ranks the leftmost pair. Flat, because a vocabulary has up to half a million pairs.
 */
export class MergeTable {
  /** Four numbers a slot: left symbol, right symbol, rank, result. */
  #slots: Int32Array;
  #count = 0;

  constructor(pairs: number) {
    this.#slots = new Int32Array(4 * tableSize(pairs)).fill(-1);
  }

  /** Adds a pair; of a pair that is already there the lower rank stays. */
  add(left: number, right: number, rank: number, result: number): void {
    const old = this.#slots;
    if (8 * this.#count >= old.length) {
      this.#slots = new Int32Array(2 * old.length).fill(-1);
      this.#count = 0;
      for (let at = 0; at < old.length; at += 4)
        if (old[at]! >= 0) this.add(old[at]!, old[at + 1]!, old[at + 2]!, old[at + 3]!);
    }
    const found = this.find(left, right);
    if (found < 0) this.#count++;
    else if (this.rank(found) <= rank) return;
    const at = found < 0 ? ~found : found;
    this.#slots[at] = left;
    this.#slots[at + 1] = right;
    this.#slots[at + 2] = rank;
    this.#slots[at + 3] = result;
  }

  /** Place of a pair, to be given to `rank` and `result`; negative when the pair does not merge. */
  find(left: number, right: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    hash ^= hash >>> 15;
    for (let at = (hash << 2) & mask; ; at = (at + 4) & mask) {
      if (slots[at] === left && slots[at + 1] === right) return at;
      if (slots[at]! < 0) return ~at;
    }
  }

  rank(place: number): number {
    return this.#slots[place + 2]!;
  }

  result(place: number): number {
    return this.#slots[place + 3]!;
  }
}
