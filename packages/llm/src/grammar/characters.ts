import { type BytesNode, bytes, choice, type GrammarNode, sequence } from './node.js';

/** Ranges of code points, ends included: `[low, high, low, high, …]`, in any order. */
export type CharacterRanges = readonly number[];

export const lastCodePoint = 0x10ffff;

/** Characters of as many bytes each; surrogates are none. */
const lengths: readonly (readonly [low: number, high: number, bytes: number])[] = [
  [0, 0x7f, 1],
  [0x80, 0x7ff, 2],
  [0x800, 0xd7ff, 3],
  [0xe000, 0xffff, 3],
  [0x10000, lastCodePoint, 4],
];

/** One character out of ranges, as UTF-8. */
export function characters(ranges: CharacterRanges): GrammarNode {
  const single: number[] = [];
  const longer: GrammarNode[] = [];
  const sorted = merged(ranges);
  for (let at = 0; at < sorted.length; at += 2) {
    for (const [low, high, length] of lengths) {
      const from = Math.max(low, sorted[at]!);
      const to = Math.min(high, sorted[at + 1]!);
      if (from > to) continue;
      if (length === 1) single.push(from, to);
      else longer.push(...byteSequences(from, to, length));
    }
  }
  return choice(...(single.length > 0 ? [bytes(...single)] : []), ...longer);
}

/** Every character that is in none of the ranges. */
export function otherCharacters(ranges: CharacterRanges): CharacterRanges {
  const sorted = merged(ranges);
  const others: number[] = [];
  let next = 0;
  for (let at = 0; at < sorted.length; at += 2) {
    if (sorted[at]! > next) others.push(next, sorted[at]! - 1);
    next = sorted[at + 1]! + 1;
  }
  if (next <= lastCodePoint) others.push(next, lastCodePoint);
  return others;
}

/** What is in both. */
export function commonCharacters(one: CharacterRanges, other: CharacterRanges): CharacterRanges {
  return otherCharacters([...otherCharacters(one), ...otherCharacters(other)]);
}

/** The same characters as ranges in order that do not touch. */
function merged(ranges: CharacterRanges): CharacterRanges {
  const pairs: (readonly [number, number])[] = [];
  for (let at = 0; at < ranges.length; at += 2) pairs.push([ranges[at]!, ranges[at + 1]!]);
  pairs.sort(([a], [b]) => a - b);
  const result: number[] = [];
  for (const [low, high] of pairs) {
    const end = result.length - 1;
    if (end > 0 && low <= result[end]! + 1) result[end] = Math.max(result[end]!, high);
    else result.push(low, high);
  }
  return result;
}

/**
 * The UTF-8 of a range of code points of one length, as sequences of byte ranges: cut wherever a byte behind the first would not
 * run through all of its values.
 */
function byteSequences(low: number, high: number, length: number): GrammarNode[] {
  for (let place = 1; place < length; place++) {
    const mask = 2 ** (6 * place) - 1;
    if ((low & ~mask) === (high & ~mask)) continue;
    if ((low & mask) !== 0) {
      return [...byteSequences(low, low | mask, length), ...byteSequences((low | mask) + 1, high, length)];
    }
    if ((high & mask) !== mask) {
      return [
        ...byteSequences(low, (high & ~mask) - 1, length),
        ...byteSequences(high & ~mask, high, length),
      ];
    }
  }
  const first = encoded(low, length);
  const last = encoded(high, length);
  return [sequence(...first.map((byte, index): BytesNode => bytes(byte, last[index]!)))];
}

function encoded(codePoint: number, length: number): number[] {
  const lead = (0xf00 >> length) & 0xff;
  return Array.from({ length }, (_, index) => {
    const bits = codePoint >> (6 * (length - 1 - index));
    return index === 0 ? lead | bits : 0x80 | (bits & 0x3f);
  });
}
