import { hostTensor, type Tensor, type Tensors } from '@internvl/backend';
import type { CacheMemory } from './cache-memory.js';
import { capacityFor } from './capacity.js';
import { rowSpans } from './row-spans.js';

/** What a cache holds room for, and where: every layer's keys and values are `[rows, kvHeads, capacity, headSize]`. */
export interface CacheShape {
  readonly layers: number;
  readonly kvHeads: number;
  readonly headSize: number;
  /** Tokens beyond which capacity never grows. */
  readonly contextTokens: number;
  readonly memory: CacheMemory;
}

/** A row of a cache and the tokens it holds. */
export interface CacheRow {
  readonly cache: KeyValueCache;
  readonly row: number;
  readonly length: number;
}

/**
 * Keys and values of one or several rows, in tensors that a backend takes as they are. Capacity grows in steps, so
 * most runs reuse the same tensors; a backend that writes into them needs no scatter at all.
 */
export class KeyValueCache {
  readonly shape: CacheShape;
  #rows: number;
  /** Rows that the tensors have room for; the rows in use come first. */
  #room: number;
  #capacity = 0;
  /** Layer by layer its keys, then its values. */
  readonly #tensors: Tensor<'float32'>[];
  /** The rows in use of each tensor, where it has room for more. */
  #heads: readonly Tensor<'float32'>[] | undefined;

  constructor(shape: CacheShape, rows: number) {
    this.shape = shape;
    this.#rows = rows;
    this.#room = rows;
    this.#tensors = Array.from({ length: 2 * shape.layers }, () => shape.memory.allocate(this.#dims()));
  }

  /** A cache whose rows are copies of the given ones; room for as many tokens as they have, unless told. */
  static gather(
    rows: readonly CacheRow[],
    shape: CacheShape,
    capacity: number = Math.max(0, ...rows.map(({ cache }) => cache.capacity)),
  ): KeyValueCache {
    const gathered = new KeyValueCache(shape, 0);
    gathered.#rearrange(rows, capacity);
    return gathered;
  }

  get rows(): number {
    return this.#rows;
  }

  /** Rows that there is memory for, in use or not. */
  get room(): number {
    return this.#room;
  }

  /** Tokens that each row has room for. */
  get capacity(): number {
    return this.#capacity;
  }

  /** Bytes that the tensors take. */
  get bytes(): number {
    const { kvHeads, headSize } = this.shape;
    return this.#tensors.length * this.#room * kvHeads * this.#capacity * headSize * 4;
  }

  /** The tensors by port name: `named('past')` to feed, `named('present')` to write into. */
  named(prefix: 'past' | 'present'): Tensors {
    const tensors = this.#inUse();
    return Object.fromEntries(tensors.map((tensor, index) => [portName(prefix, index), tensor]));
  }

  /** Names of the outputs that `store` takes, in its order. */
  get newNames(): readonly string[] {
    return this.#tensors.map((_, index) => portName('new', index));
  }

  /** Makes room for `tokens` tokens in each row; `lengths` are the tokens each row holds now. */
  reserve(tokens: number, lengths: readonly number[]): void {
    if (tokens <= this.#capacity) return;
    this.#rearrange(
      lengths.map((length, row) => ({ cache: this, row, length })),
      Math.max(tokens, Math.min(capacityFor(tokens), this.shape.contextTokens)),
    );
  }

  /** Stores what a run made, each array `[rows, kvHeads, tokens, headSize]`, from token `starts[row]` on. */
  store(made: readonly Float32Array[], starts: readonly number[], tokens: number): void {
    const spans = starts.flatMap((start, row) => {
      const to = { capacity: this.#capacity, row, token: start };
      return rowSpans({ capacity: tokens, row, token: 0 }, to, tokens, this.shape);
    });
    this.#tensors.forEach((tensor, index) => {
      const data = made[index]!;
      this.shape.memory.copy(hostTensor('float32', data, [data.length]), tensor, spans);
    });
  }

  /** Keeps the rows of `indexes` in that order; a row may go or come twice. `lengths` are of all present rows. */
  select(indexes: readonly number[], lengths: readonly number[]): void {
    if (indexes.length === this.#room && indexes.every((from, row) => from === row)) return;
    this.#rearrange(
      indexes.map((row) => ({ cache: this, row, length: lengths[row]! })),
      this.#capacity,
    );
  }

  /** Adds a copy of a row behind the others. `lengths` are of the present rows. */
  append(added: CacheRow, lengths: readonly number[]): void {
    if (this.#rows === this.#room || added.length > this.#capacity) {
      const present = lengths.map((length, row) => ({ cache: this, row, length }));
      this.#rearrange([...present, added], Math.max(this.#capacity, added.cache.capacity));
      return;
    }
    this.#copyRow(added, this.#rows);
    this.#use(this.#rows + 1);
  }

  /** Drops a row; the last one takes its place. `lengths` are of the present rows. */
  remove(row: number, lengths: readonly number[]): void {
    const last = this.#rows - 1;
    if (this.shape.memory.head && last * 2 > this.#room) {
      if (row !== last) this.#copyRow({ cache: this, row: last, length: lengths[last]! }, row);
      this.#use(last);
      return;
    }
    const kept = Array.from({ length: last }, (_, index) => (index === row ? last : index));
    this.select(kept, lengths);
  }

  /** Frees the tensors. */
  dispose(): void {
    this.#rearrange([], 0);
  }

  /** One tensor at a time, so that never more than one of them exists twice. */
  #rearrange(rows: readonly CacheRow[], capacity: number): void {
    const { memory } = this.shape;
    const places = rows.map(({ cache, row, length }, target) => {
      const from = { capacity: cache.#capacity, row, token: 0 };
      return { cache, spans: rowSpans(from, { capacity, row: target, token: 0 }, length, this.shape) };
    });
    const dims = this.#dims(rows.length, capacity);
    for (const [index, before] of this.#tensors.entries()) {
      const tensor = memory.allocate(dims);
      for (const { cache, spans } of places) memory.copy(cache.#tensors[index]!, tensor, spans);
      this.#tensors[index] = tensor;
      before.dispose();
    }
    this.#room = rows.length;
    this.#capacity = capacity;
    this.#use(rows.length);
  }

  #copyRow({ cache, row, length }: CacheRow, target: number): void {
    const from = { capacity: cache.#capacity, row, token: 0 };
    const spans = rowSpans(from, { capacity: this.#capacity, row: target, token: 0 }, length, this.shape);
    for (const [index, tensor] of this.#tensors.entries()) {
      this.shape.memory.copy(cache.#tensors[index]!, tensor, spans);
    }
  }

  #use(rows: number): void {
    this.#rows = rows;
    this.#heads = undefined;
  }

  /** The same objects until rows come or go: a runtime that writes in place wants one tensor as past and present. */
  #inUse(): readonly Tensor<'float32'>[] {
    const { head } = this.shape.memory;
    if (this.#rows === this.#room || !head) return this.#tensors;
    this.#heads ??= this.#tensors.map((tensor) => head(tensor, this.#dims()));
    return this.#heads;
  }

  #dims(rows = this.#rows, capacity = this.#capacity): readonly number[] {
    return [rows, this.shape.kvHeads, capacity, this.shape.headSize];
  }
}

function portName(prefix: 'past' | 'present' | 'new', index: number): string {
  return `${prefix}.${index >> 1}.${index % 2 === 0 ? 'key' : 'value'}`;
}
