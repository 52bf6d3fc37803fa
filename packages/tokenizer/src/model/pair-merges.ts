import { type MergeTable, mergeTable } from './merge-table.js';
import { normal } from './piece-kind.js';
import type { Vocabulary } from './vocabulary.js';

/**
 * The merges that a vocabulary implies when it is ordered by rank (tiktoken) or score (SentencePiece): two neighbours merge whenever
 * together they are a token, so every cut of a token into two is a pair of its rank. Pieces are cut between characters only.
 */
export function pairMerges(vocabulary: Vocabulary, rankOf: (id: number) => number): MergeTable {
  const { byteLevel, entries } = vocabulary;
  const { bytes, count, ends } = entries;
  const merges = mergeTable(2 * count);
  const merging = (id: number): boolean => id >= 0 && vocabulary.kind(id) === normal;
  for (let id = 0; id < count; id++) {
    if (!merging(id)) continue;
    const start = ends[id]!;
    const end = ends[id + 1]!;
    const rank = rankOf(id);
    for (let cut = start + 1; cut < end; cut++) {
      if (!byteLevel && (bytes[cut]! & 0xc0) === 0x80) continue;
      const left = entries.find(bytes, start, cut);
      if (!merging(left)) continue;
      const right = entries.find(bytes, cut, end);
      if (merging(right)) merges.add(left, right, rank, id);
    }
  }
  return merges;
}
