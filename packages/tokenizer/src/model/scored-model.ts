import { codePointAt } from '../bytes/characters.js';
import { pairMerges } from './pair-merges.js';
import { PieceModel } from './piece-model.js';
import { type PieceVocabulary, pieceKind } from './vocabulary.js';

export interface ScoredModelOptions {
  readonly byteFallback: boolean;
  readonly unknownId: number | undefined;
  readonly cacheSize: number;
}

/**
 * SentencePiece's BPE: the pair whose piece has the highest score merges first, the leftmost of equal ones. A list of merges
 * cannot say that: where thousands of pieces share a score (InternVL-C) its order breaks ties another way.
 */
export function scoredModel(
  vocabulary: PieceVocabulary,
  scores: Float32Array,
  { byteFallback, unknownId, cacheSize }: ScoredModelOptions,
): PieceModel {
  const ranks = ranksOf(scores);
  const extra = new Map<number, number>();
  const normal = (id: number): boolean => vocabulary.kind(id) === pieceKind.normal;
  const merges = pairMerges(vocabulary.entries, {
    rank: (id) => (normal(id) ? ranks[id]! : -1),
    part: (id) => (normal(id) ? id : -1),
    characters: true,
    // A character may be part of pieces without being one; it gets a symbol above the vocabulary.
    character: (bytes, from) => {
      const code = codePointAt(bytes, from);
      const symbol = extra.get(code) ?? vocabulary.count + extra.size;
      extra.set(code, symbol);
      return symbol;
    },
  });
  const merged: number[] = [];
  for (let id = 0; id < vocabulary.count; id++) if (normal(id)) merged.push(id);
  return new PieceModel(vocabulary, {
    merges,
    merged,
    extra,
    byteFallback,
    unknownId,
    fuseUnknown: true,
    splitAtSpaces: false,
    cacheSize,
  });
}

/** Equal ranks for equal scores, 0 for the highest. */
function ranksOf(scores: Float32Array): Int32Array {
  const distinct = Float32Array.from(new Set(scores)).sort().reverse();
  const rankOf = new Map<number, number>();
  for (const [rank, score] of distinct.entries()) rankOf.set(score, rank);
  return Int32Array.from(scores, (score) => rankOf.get(score)!);
}
