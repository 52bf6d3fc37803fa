import { hashStart, hashStep } from './byte-strings.js';
import { MergeTable } from './merge-table.js';
import { pieceKind, type Vocabulary } from './vocabulary.js';

/**
 * The merges that a vocabulary implies when it is ordered by rank (tiktoken) or score (SentencePiece): two neighbours merge whenever
 * together they are a token, so every cut of a token into two is a pair of its rank. Pieces are cut between characters only.
 */
export function pairMerges(vocabulary: Vocabulary, rankOf: (id: number) => number): MergeTable {
  const { byteLevel, count, entries } = vocabulary;
  const { bytes, ends } = entries;
  const merges = new MergeTable(2 * count);
  const merging = (id: number): boolean => id >= 0 && vocabulary.kind(id) === pieceKind.normal;
  for (let id = 0; id < count; id++) {
    if (!merging(id)) continue;
    const start = ends[id]!;
    const end = ends[id + 1]!;
    const rank = rankOf(id);
    let hash = hashStart;
    for (let cut = start + 1; cut < end; cut++) {
      hash = hashStep(hash, bytes[cut - 1]!);
      if (!byteLevel && (bytes[cut]! & 0xc0) === 0x80) continue;
      const left = entries.find(bytes, start, cut, hash);
      if (!merging(left)) continue;
      const right = entries.find(bytes, cut, end);
      if (merging(right)) merges.add(left, right, rank, id);
    }
  }
  return merges;
}
