import type { MergeTable } from './merge-table.js';

/** Up to this many symbols, scanning for the best pair beats keeping a heap. */
const scanned = 48;
/** Positions in one heap key; ranks stand above them, both exact in a double. */
const span = 2 ** 31;

/** Byte-pair merging: always the pair of lowest rank, the leftmost of equal ones. n·log n for long input. */
export class Merger {
  readonly #table: MergeTable;
  readonly #ranks = new Int32Array(scanned + 1);

  constructor(table: MergeTable) {
    this.#table = table;
  }

  /** Merges the first `count` symbols in place and returns how many are left. Negative symbols never merge. */
  merge(symbols: Int32Array, count: number): number {
    return count <= scanned ? this.#scan(symbols, count) : this.#heap(symbols, count);
  }

  #scan(symbols: Int32Array, count: number): number {
    const table = this.#table;
    const ranks = this.#ranks;
    for (let i = 0; i + 1 < count; i++) ranks[i] = this.#rank(symbols[i]!, symbols[i + 1]!);
    let left = count;
    while (left > 1) {
      let best = 0;
      let rank = ranks[0]!;
      for (let i = 1; i < left - 1; i++) {
        if (ranks[i]! < rank) {
          rank = ranks[i]!;
          best = i;
        }
      }
      if (rank === never) break;
      symbols[best] = table.result(table.find(symbols[best]!, symbols[best + 1]!));
      left--;
      for (let i = best + 1; i < left; i++) {
        symbols[i] = symbols[i + 1]!;
        ranks[i] = ranks[i + 1]!;
      }
      if (best > 0) ranks[best - 1] = this.#rank(symbols[best - 1]!, symbols[best]!);
      if (best + 1 < left) ranks[best] = this.#rank(symbols[best]!, symbols[best + 1]!);
    }
    return left;
  }

  #heap(symbols: Int32Array, count: number): number {
    const table = this.#table;
    const next = new Int32Array(count);
    const previous = new Int32Array(count);
    // The rank a position's pair has now; a heap entry with another rank is out of date.
    const ranks = new Int32Array(count).fill(never);
    const heap = new Heap(count);
    for (let i = 0; i < count; i++) {
      next[i] = i + 1;
      previous[i] = i - 1;
      if (i + 1 === count) break;
      ranks[i] = this.#rank(symbols[i]!, symbols[i + 1]!);
      if (ranks[i] !== never) heap.append(ranks[i]! * span + i);
    }
    heap.order();
    const renew = (at: number): void => {
      const right = next[at]!;
      ranks[at] = right < count ? this.#rank(symbols[at]!, symbols[right]!) : never;
      if (ranks[at] !== never) heap.push(ranks[at]! * span + at);
    };
    while (heap.size > 0) {
      const key = heap.pop();
      const rank = Math.floor(key / span);
      const at = key - rank * span;
      if (ranks[at] !== rank) continue;
      const right = next[at]!;
      symbols[at] = table.result(table.find(symbols[at]!, symbols[right]!));
      ranks[right] = never;
      next[at] = next[right]!;
      if (next[at]! < count) previous[next[at]!] = at;
      renew(at);
      if (previous[at]! >= 0) renew(previous[at]!);
    }
    let left = 0;
    for (let at = 0; at < count; at = next[at]!) symbols[left++] = symbols[at]!;
    return left;
  }

  #rank(left: number, right: number): number {
    if (left < 0 || right < 0) return never;
    const place = this.#table.find(left, right);
    return place < 0 ? never : this.#table.rank(place);
  }
}

const never = 0x7fffffff;

/** Smallest number first. */
class Heap {
  #keys: Float64Array;
  size = 0;

  constructor(capacity: number) {
    this.#keys = new Float64Array(capacity);
  }

  /** Adds without keeping order; `order` follows. */
  append(key: number): void {
    this.#keys[this.size++] = key;
  }

  order(): void {
    for (let i = (this.size >> 1) - 1; i >= 0; i--) this.#sink(i, this.#keys[i]!);
  }

  push(key: number): void {
    if (this.size === this.#keys.length) {
      const keys = new Float64Array(2 * this.size);
      keys.set(this.#keys);
      this.#keys = keys;
    }
    const keys = this.#keys;
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (keys[parent]! <= key) break;
      keys[at] = keys[parent]!;
      at = parent;
    }
    keys[at] = key;
  }

  pop(): number {
    const smallest = this.#keys[0]!;
    const last = this.#keys[--this.size]!;
    if (this.size > 0) this.#sink(0, last);
    return smallest;
  }

  #sink(start: number, key: number): void {
    const keys = this.#keys;
    let at = start;
    for (let child = 2 * at + 1; child < this.size; child = 2 * at + 1) {
      if (child + 1 < this.size && keys[child + 1]! < keys[child]!) child++;
      if (keys[child]! >= key) break;
      keys[at] = keys[child]!;
      at = child;
    }
    keys[at] = key;
  }
}
