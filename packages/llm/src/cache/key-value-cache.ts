import { hostTensor, type Tensor, type Tensors } from '@internvl/backend';
import { capacityFor } from './capacity.js';
import { copyRow } from './copy-row.js';

/** What a cache holds room for: every layer's keys and values are `[rows, kvHeads, capacity, headSize]`. */
export interface CacheShape {
  readonly layers: number;
  readonly kvHeads: number;
  readonly headSize: number;
  /** Tokens beyond which capacity never grows. */
  readonly contextTokens: number;
}

/** A row of a cache and the tokens it holds. */
export interface CacheRow {
  readonly cache: KeyValueCache;
  readonly row: number;
  readonly length: number;
}

/**
 * Keys and values of one or several rows, in arrays that a backend takes as they are. Capacity grows in steps, so
 * most runs reuse the same arrays; a backend that writes into them needs no scatter at all.
 */
export class KeyValueCache {
  readonly shape: CacheShape;
  #rows: number;
  #capacity = 0;
  /** Layer by layer its keys, then its values. */
  readonly #buffers: Float32Array[];
  #tensors: readonly Tensor<'float32'>[] = [];

  constructor(shape: CacheShape, rows: number) {
    this.shape = shape;
    this.#rows = rows;
    this.#buffers = Array.from({ length: 2 * shape.layers }, () => new Float32Array(0));
    this.#wrap();
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

  /** Bytes that the arrays take. */
  get bytes(): number {
    return this.#buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0);
  }

  /** The tensors by port name: `named('past')` to feed, `named('present')` to write into. */
  named(prefix: 'past' | 'present'): Tensors {
    return Object.fromEntries(this.#tensors.map((tensor, index) => [portName(prefix, index), tensor]));
  }

  /** Names of the outputs that `store` takes, in its order. */
  get newNames(): readonly string[] {
    return this.#buffers.map((_, index) => portName('new', index));
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
    this.#buffers.forEach((buffer, index) => {
      starts.forEach((start, row) => {
        const from = { data: made[index]!, capacity: tokens, row, token: 0 };
        const to = { data: buffer, capacity: this.#capacity, row, token: start };
        copyRow(from, to, tokens, this.shape);
      });
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

  /** Frees the arrays. */
  dispose(): void {
    this.#rearrange([], 0);
  }

  /** One array at a time, so that never more than one of them exists twice. */
  #rearrange(rows: readonly CacheRow[], capacity: number): void {
    const { kvHeads, headSize } = this.shape;
    const capacities = rows.map(({ cache }) => cache.#capacity);
    this.#tensors = [];
    for (let index = 0; index < this.#buffers.length; index++) {
      const data = new Float32Array(rows.length * kvHeads * capacity * headSize);
      rows.forEach(({ cache, row, length }, target) => {
        const from = { data: cache.#buffers[index]!, capacity: capacities[target]!, row, token: 0 };
        copyRow(from, { data, capacity, row: target, token: 0 }, length, this.shape);
      });
      this.#buffers[index] = data;
    }
    this.#rows = rows.length;
    this.#capacity = capacity;
    this.#wrap();
  }

  #wrap(): void {
    const { kvHeads, headSize } = this.shape;
    const sizes = [this.#rows, kvHeads, this.#capacity, headSize];
    this.#tensors = this.#buffers.map((buffer) => hostTensor('float32', buffer, sizes));
  }
}

function portName(prefix: 'past' | 'present' | 'new', index: number): string {
  return `${prefix}.${index >> 1}.${index % 2 === 0 ? 'key' : 'value'}`;
}
