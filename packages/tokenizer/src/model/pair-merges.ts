import { type ByteStrings, hashStart, hashStep } from '../bytes/byte-strings.js';
import { characterLength } from '../bytes/characters.js';
import { MergeTable } from './merge-table.js';

export interface PairMergeOptions {
  /** Rank of an entry; the entry is never made by merging when it is negative. */
  readonly rank: (index: number) => number;
  /** Symbol of an entry as a part; negative when it is none. */
  readonly part: (index: number) => number;
  /** Cuts only between UTF-8 characters, not between any two bytes. */
  readonly characters: boolean;
  /** Symbol for one character (bytes from, to) that is no entry; negative for none. Asked only with `characters`. */
  readonly character?: ((bytes: Uint8Array, from: number, to: number) => number) | undefined;
}

/**
 * The merges that a vocabulary implies when it is ordered by score (SentencePiece) or rank (tiktoken): two neighbours merge
 * whenever together they are an entry, so every cut of an entry into two parts is a pair of its rank.
 */
export function pairMerges(
  entries: ByteStrings,
  { rank, part, characters, character }: PairMergeOptions,
): MergeTable {
  const merges = new MergeTable(3 * entries.count);
  const bytes = entries.bytes;
  const symbolOf = (from: number, to: number, index: number): number => {
    const symbol = index < 0 ? -1 : part(index);
    if (symbol >= 0 || !character || to - from > 4 || to - from !== characterLength(bytes[from]!))
      return symbol;
    return character(bytes, from, to);
  };
  for (let index = 0; index < entries.count; index++) {
    const own = rank(index);
    if (own < 0) continue;
    const start = entries.start(index);
    const end = entries.end(index);
    let hash = hashStart;
    for (let cut = start + 1; cut < end; cut++) {
      hash = hashStep(hash, bytes[cut - 1]!);
      if (characters && (bytes[cut]! & 0xc0) === 0x80) continue;
      const left = symbolOf(start, cut, entries.findHashed(bytes, start, cut, hash));
      if (left < 0) continue;
      const right = symbolOf(cut, end, entries.find(bytes, cut, end));
      if (right >= 0) merges.add(left, right, own, index);
    }
  }
  return merges;
}
