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
  #capacity = 0;
  /** Layer by layer its keys, then its values. */
  readonly #tensors: Tensor<'float32'>[];

  constructor(shape: CacheShape, rows: number) {
    this.shape = shape;
    this.#rows = rows;
    this.#tensors = Array.from({ length: 2 * shape.layers }, () => shape.memory.allocate(this.#dims()));
  }

  /** A cache whose rows are copies of the given ones. */
  static gather(rows: readonly CacheRow[], shape: CacheShape): KeyValueCache {
    const gathered = new KeyValueCache(shape, 0);
    gathered.#rearrange(rows, Math.max(0, ...rows.map(({ cache }) => cache.capacity)));
    return gathered;
  }

  get rows(): number {
    return this.#rows;
  }

  /** Tokens that each row has room for. */
  get capacity(): number {
    return this.#capacity;
  }

  /** Bytes that the tensors take. */
  get bytes(): number {
    const { kvHeads, headSize } = this.shape;
    return this.#tensors.length * this.#rows * kvHeads * this.#capacity * headSize * 4;
  }

  /** The tensors by port name: `named('past')` to feed, `named('present')` to write into. */
  named(prefix: 'past' | 'present'): Tensors {
    return Object.fromEntries(this.#tensors.map((tensor, index) => [portName(prefix, index), tensor]));
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
    if (indexes.length === this.#rows && indexes.every((from, row) => from === row)) return;
    this.#rearrange(
      indexes.map((row) => ({ cache: this, row, length: lengths[row]! })),
      this.#capacity,
    );
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
    this.#rows = rows.length;
    this.#capacity = capacity;
  }

  #dims(rows = this.#rows, capacity = this.#capacity): readonly number[] {
    return [rows, this.shape.kvHeads, capacity, this.shape.headSize];
  }
}

function portName(prefix: 'past' | 'present' | 'new', index: number): string {
  return `${prefix}.${index >> 1}.${index % 2 === 0 ? 'key' : 'value'}`;
}
