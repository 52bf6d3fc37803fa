import type { MergeTable } from './merge-table.js';

const never = 0x7fffffff;
/** Positions in one key; ranks stand above them, both exact in a double. */
const span = 2 ** 31;

/**
 * Byte-pair merging in place: always the pair of lowest rank, the leftmost of equal ones. Returns how many of the first `count` symbols
 * are left. Looks for the best pair one by one in short input, keeps a heap in long: never worse than n·log n.
 */
export function mergeSymbols(table: MergeTable, symbols: Int32Array, count: number): number {
  /** The rank of the pair that starts at each position. */
  const ranks = new Int32Array(count).fill(never);
  const next = ranks.map((_, i) => i + 1);
  const previous = ranks.map((_, i) => i - 1);
  /** A heap of ranks and positions, each as one number, the smallest first. One that is out of date stays. */
  const heap = new Float64Array(count > 48 ? 2 * count : 0);
  let size = 0;
  const push = (key: number): void => {
    let at = size++;
    for (let parent = (at - 1) >> 1; at > 0 && heap[parent]! > key; parent = (at - 1) >> 1) {
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = key;
  };
  const renew = (at: number): void => {
    const place = next[at]! < count ? table.find(symbols[at]!, symbols[next[at]!]!) : -1;
    ranks[at] = place < 0 ? never : table.rank(place);
    if (place >= 0 && count > 48) push(ranks[at]! * span + at);
  };
  /** The best pair; never or beyond when there is none. */
  const pop = (): number => {
    let at = 0;
    if (count <= 48) {
      for (let i = 1; i < count; i++) if (ranks[i]! < ranks[at]!) at = i;
      return (ranks[at] ?? never) * span + at;
    }
    const best = size > 0 ? heap[0]! : never * span;
    const key = heap[--size]!;
    for (let child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && heap[child + 1]! < heap[child]!) child++;
      if (heap[child]! >= key) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = key;
    return best;
  };
  for (let i = 0; i < count; i++) renew(i);
  for (let key = pop(); key < never * span; key = pop()) {
    const rank = Math.floor(key / span);
    const at = key - rank * span;
    if (ranks[at] !== rank) continue;
    const right = next[at]!;
    const after = next[right]!;
    symbols[at] = table.result(table.find(symbols[at]!, symbols[right]!));
    ranks[right] = never;
    next[at] = after;
    if (after < count) previous[after] = at;
    renew(at);
    if (previous[at]! >= 0) renew(previous[at]!);
  }
  let left = 0;
  for (let at = 0; at < count; at = next[at]!) symbols[left++] = symbols[at]!;
  return left;
}
