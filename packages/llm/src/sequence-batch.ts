import { type CacheShape, KeyValueCache } from './cache/key-value-cache.js';
import type { RowReach } from './rope/row-reach.js';
import type { Sequence } from './sequence.js';

/** Several conversations in one cache, stepped together. */
export class SequenceBatch {
  /** The arrays, `[rows, kvHeads, capacity, headSize]` per layer. */
  readonly cache: KeyValueCache;
  #lengths: readonly number[];
  #reaches: readonly RowReach[];

  /** Copies the sequences; they stay as they are. */
  constructor(sequences: readonly Sequence[], shape: CacheShape) {
    const rows = sequences.map(({ cache, length }) => ({ cache, row: 0, length }));
    this.cache = KeyValueCache.gather(rows, shape);
    this.#lengths = sequences.map(({ length }) => length);
    this.#reaches = sequences.map(({ reach }) => reach.clone());
  }

  /** Tokens in the cache, row by row. */
  get lengths(): readonly number[] {
    return this.#lengths;
  }

  /** How each row's keys were rotated. */
  get reaches(): readonly RowReach[] {
    return this.#reaches;
  }

  /** Keeps the rows of `indexes` in that order; a row may go or come twice. */
  select(indexes: readonly number[]): void {
    this.cache.select(indexes, this.#lengths);
    this.#lengths = indexes.map((row) => this.#lengths[row]!);
    this.#reaches = indexes.map((row) => this.#reaches[row]!.clone());
  }

  /** Called by the model: every row holds one token more. */
  advance(): void {
    this.#lengths = this.#lengths.map((length) => length + 1);
  }

  /** Frees the cache. */
  dispose(): void {
    this.cache.dispose();
    this.#lengths = [];
    this.#reaches = [];
  }
}
