import type { Vocabulary } from './vocabulary.js';

/** Turns a stretch without added tokens into ids. */
export interface Model {
  readonly vocabulary: Vocabulary;
  /** The id for text the vocabulary cannot write; undefined where it can write everything. */
  readonly unknownId: number | undefined;
  /** Appends the ids of a stretch that is already normalised. */
  encode(text: string, ids: number[]): void;
}
