import type { MergeTable } from './merge-table.js';

const never = 0x7fffffff;
/** Positions in one heap key; ranks stand above them, both exact in a double. */
const span = 2 ** 31;

/**
 * Byte-pair merging in place: always the pair of lowest rank, the leftmost of equal ones. Returns how many of the first `count` symbols
 * are left. Scans for the best pair in short input, keeps a heap in long: never worse than n·log n.
 */
export function mergeSymbols(table: MergeTable, symbols: Int32Array, count: number): number {
  const rankOf = (left: number, right: number): number => {
    const place = table.find(left, right);
    return place < 0 ? never : table.rank(place);
  };
  const merge = (at: number, right: number): void => {
    symbols[at] = table.result(table.find(symbols[at]!, symbols[right]!));
  };
  // The rank of the pair that starts at each position.
  const ranks = new Int32Array(count).fill(never);
  for (let i = 0; i + 1 < count; i++) ranks[i] = rankOf(symbols[i]!, symbols[i + 1]!);
  let left = count;
  while (count <= 48) {
    let best = 0;
    for (let i = 1; i < left - 1; i++) if (ranks[i]! < ranks[best]!) best = i;
    if (left < 2 || ranks[best] === never) return left;
    merge(best, best + 1);
    left--;
    for (let i = best + 1; i < left; i++) {
      symbols[i] = symbols[i + 1]!;
      ranks[i] = ranks[i + 1]!;
    }
    if (best > 0) ranks[best - 1] = rankOf(symbols[best - 1]!, symbols[best]!);
    ranks[best] = best + 1 < left ? rankOf(symbols[best]!, symbols[best + 1]!) : never;
  }

  const next = Int32Array.from(ranks, (_, i) => i + 1);
  const previous = next.map((i) => i - 2);
  const { pop, push } = heapOf(4 * count);
  const renew = (at: number): void => {
    const right = next[at]!;
    ranks[at] = right < count ? rankOf(symbols[at]!, symbols[right]!) : never;
    if (ranks[at]! < never) push(ranks[at]! * span + at);
  };
  for (let i = 0; i < count; i++) renew(i);
  for (let key = pop(); key >= 0; key = pop()) {
    const rank = Math.floor(key / span);
    const at = key - rank * span;
    // A position whose pair has another rank by now is in the heap again under that one.
    if (ranks[at] !== rank) continue;
    const right = next[at]!;
    const after = next[right]!;
    merge(at, right);
    ranks[right] = never;
    next[at] = after;
    if (after < count) previous[after] = at;
    renew(at);
    if (previous[at]! >= 0) renew(previous[at]!);
  }
  left = 0;
  for (let at = 0; at < count; at = next[at]!) symbols[left++] = symbols[at]!;
  return left;
}

/** A heap of numbers, smallest first; an empty one gives -1. */
function heapOf(capacity: number): { push: (key: number) => void; pop: () => number } {
  const keys = new Float64Array(capacity);
  let size = 0;
  return {
    push(key) {
      let at = size++;
      for (let parent = (at - 1) >> 1; at > 0 && keys[parent]! > key; parent = (at - 1) >> 1) {
        keys[at] = keys[parent]!;
        at = parent;
      }
      keys[at] = key;
    },
    pop() {
      if (size === 0) return -1;
      const smallest = keys[0]!;
      const key = keys[--size]!;
      let at = 0;
      for (let child = 1; child < size; child = 2 * at + 1) {
        if (child + 1 < size && keys[child + 1]! < keys[child]!) child++;
        if (keys[child]! >= key) break;
        keys[at] = keys[child]!;
        at = child;
      }
      keys[at] = key;
      return smallest;
    },
  };
}
