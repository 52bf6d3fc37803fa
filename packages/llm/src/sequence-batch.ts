import { type CacheShape, KeyValueCache } from './cache/key-value-cache.js';
import type { RowReach } from './rope/row-reach.js';
import { Sequence, type SequenceRow } from './sequence.js';

/** Several conversations in one cache, stepped together. */
export class SequenceBatch {
  #cache: KeyValueCache;
  #lengths: readonly number[];
  #reaches: readonly RowReach[];

  /** Copies the sequences; they stay as they are. */
  constructor(sequences: readonly Sequence[], shape: CacheShape) {
    const rows = sequences.map(({ cache, length }) => ({ cache, row: 0, length }));
    this.#cache = KeyValueCache.gather(rows, shape);
    this.#lengths = sequences.map(({ length }) => length);
    this.#reaches = sequences.map(({ reach }) => reach.clone());
  }

  /** The arrays, `[rows, kvHeads, capacity, headSize]` per layer. */
  get cache(): KeyValueCache {
    return this.#cache;
  }

  /** Tokens in the cache, row by row. */
  get lengths(): readonly number[] {
    return this.#lengths;
  }

  /** How each row's keys were rotated. */
  get reaches(): readonly RowReach[] {
    return this.#reaches;
  }

  /** One row and what it holds, borrowed. */
  row(index: number): SequenceRow {
    return {
      cache: this.#cache,
      row: index,
      length: this.#lengths[index]!,
      reach: this.#reaches[index]!,
    };
  }

  /** Keeps the rows of `indexes` in that order; a row may go or come twice. */
  select(indexes: readonly number[]): void {
    this.#cache.select(indexes, this.#lengths);
    this.#lengths = indexes.map((row) => this.#lengths[row]!);
    this.#reaches = indexes.map((row) => this.#reaches[row]!.clone());
  }

  /** Takes a sequence over as the last row; the first one brings its cache along, others are copied. */
  join(sequence: Sequence): void {
    const { cache, reach, length } = sequence;
    if (this.#lengths.length === 0) {
      this.#cache.dispose();
      this.#cache = cache;
      sequence.leaveCache();
    } else {
      this.#cache.append({ cache, row: 0, length }, this.#lengths);
      sequence.dispose();
    }
    this.#lengths = [...this.#lengths, length];
    this.#reaches = [...this.#reaches, reach];
  }

  /** Gives a row away as a sequence of its own; the last row takes its place. The only row takes the cache along. */
  part(row: number): Sequence {
    const last = this.#lengths.length - 1;
    const { length, reach } = this.row(row);
    let parted: Sequence;
    if (last === 0 && this.#cache.room === 1) {
      parted = new Sequence(this.#cache, reach, length);
      this.#cache = new KeyValueCache(this.#cache.shape, 0);
    } else {
      parted = Sequence.beginning(this.row(row), length);
      this.#cache.remove(row, this.#lengths);
    }
    this.#forget(row);
    return parted;
  }

  /** Drops a row; the last one takes its place. */
  drop(row: number): void {
    this.#cache.remove(row, this.#lengths);
    this.#forget(row);
  }

  /** Forgets what a row holds behind its first `length` tokens. */
  truncate(row: number, length: number): void {
    this.#reaches[row]!.truncate(length);
    this.#lengths = this.#lengths.with(row, length);
  }

  /** Called by the model: every row holds one token more, or so many. */
  advance(tokens = 1): void {
    this.#lengths = this.#lengths.map((length) => length + tokens);
  }

  /** Frees the cache. */
  dispose(): void {
    this.#cache.dispose();
    this.#lengths = [];
    this.#reaches = [];
  }

  #forget(row: number): void {
    this.#lengths = withLastAt(row, this.#lengths);
    this.#reaches = withLastAt(row, this.#reaches);
  }
}

/** All but entry `index`, the last one in its place. */
export function withLastAt<T>(index: number, all: readonly T[]): T[] {
  const kept = all.slice(0, -1);
  if (index < kept.length) kept[index] = all.at(-1)!;
  return kept;
}
