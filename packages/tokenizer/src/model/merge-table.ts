import { tableSize } from './byte-strings.js';

/**
 * Which two neighbouring symbols become which one, and in what order: pair → { rank, result }. The lowest rank goes first,
 * among equal ranks the leftmost pair. Flat, because a vocabulary has up to half a million pairs.
 */
export interface MergeTable {
  /** Adds a pair; of a pair that is already there the lower rank stays. */
  add(left: number, right: number, rank: number, result: number): void;
  /** Place of a pair, to be given to `rank` and `result`; negative when the pair does not merge. */
  find(left: number, right: number): number;
  rank(place: number): number;
  result(place: number): number;
}

/** An empty table, made for so many pairs; it grows. */
export function mergeTable(pairs: number): MergeTable {
  /** Four numbers a slot: left symbol, right symbol, rank, result. */
  let slots = new Int32Array(4 * tableSize(pairs)).fill(-1);
  let count = 0;
  const find = (left: number, right: number): number => {
    const mask = slots.length - 1;
    let hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    hash ^= hash >>> 15;
    for (let at = (hash << 2) & mask; ; at = (at + 4) & mask) {
      if (slots[at] === left && slots[at + 1] === right) return at;
      if (slots[at]! < 0) return ~at;
    }
  };
  const add = (left: number, right: number, rank: number, result: number): void => {
    const old = slots;
    if (8 * count >= old.length) {
      slots = new Int32Array(2 * old.length).fill(-1);
      count = 0;
      for (let at = 0; at < old.length; at += 4) {
        if (old[at]! >= 0) add(old[at]!, old[at + 1]!, old[at + 2]!, old[at + 3]!);
      }
    }
    let at = find(left, right);
    if (at < 0) {
      at = ~at;
      count++;
    } else if (slots[at + 2]! <= rank) return;
    slots[at++] = left;
    slots[at++] = right;
    slots[at++] = rank;
    slots[at] = result;
  };
  return { add, find, rank: (place) => slots[place + 2]!, result: (place) => slots[place + 3]! };
}
