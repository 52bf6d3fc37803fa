import { InternVLError } from '@internvl/backend';
import { type CacheRow, KeyValueCache } from './cache/key-value-cache.js';
import type { RowReach } from './rope/row-reach.js';

/** A row of a cache, the tokens of it that count, and how they were rotated. */
export interface SequenceRow extends CacheRow {
  readonly reach: RowReach;
}

/**
 * One conversation's place in a model: its KV cache and how the cached keys were rotated. Made by
 * `LanguageModel.sequence()`; used by one call at a time; freed by `dispose()`.
 */
export class Sequence {
  /** The arrays, `[1, kvHeads, capacity, headSize]` per layer; for the model that made the sequence. */
  readonly cache: KeyValueCache;
  /** How the cached keys were rotated; for the model that made the sequence. */
  readonly reach: RowReach;
  #length = 0;
  #state: 'free' | 'busy' | 'disposed' = 'free';
  #disposeLater = false;

  constructor(cache: KeyValueCache, reach: RowReach, length = 0) {
    this.cache = cache;
    this.reach = reach;
    this.#length = length;
  }

  /** A sequence that begins as a row of some cache does: a copy of its first `length` tokens, with room for `capacity`. */
  static beginning({ cache, row, length, reach }: SequenceRow, capacity = cache.capacity): Sequence {
    const copy = KeyValueCache.gather([{ cache, row, length }], cache.shape, Math.max(capacity, length));
    const turned = reach.clone();
    turned.truncate(length);
    return new Sequence(copy, turned, length);
  }

  /** Tokens in the cache. */
  get length(): number {
    return this.#length;
  }

  /** Tokens the cache has room for before it grows. */
  get capacity(): number {
    return this.cache.capacity;
  }

  /** Bytes the cache takes. */
  get bytes(): number {
    return this.cache.bytes;
  }

  /**
   * Whether the first `length` cached tokens (all of them when left out) are what a fresh prefill of a conversation
   * of `totalTokens` tokens would hold. False across the switch of Phi-3's factors and where dynamic NTK would
   * take another base; the caller then starts a new sequence. That the ids are the same is the caller's to know.
   */
  reusableFor(totalTokens: number, length: number = this.#length): boolean {
    return this.#state !== 'disposed' && this.reach.matches(totalTokens, length);
  }

  /**
   * Forgets all but the first `length` tokens, so that another continuation can follow a common beginning.
   *
   * @throws `invalid-option` when fewer tokens are cached, `sequence-busy`, `sequence-disposed`.
   */
  truncate(length: number): void {
    this.#assertFree();
    if (!Number.isInteger(length) || length < 0 || length > this.#length) {
      throw new InternVLError(
        'invalid-option',
        `Expected a length from 0 to ${this.#length}, got ${length}; a sequence can only be cut to tokens it holds.`,
        { option: 'length', length, cachedTokens: this.#length },
      );
    }
    this.advanceTo(length);
  }

  /**
   * An independent copy, cache and all.
   *
   * @throws `sequence-busy`, `sequence-disposed`.
   */
  fork(): Sequence {
    this.#assertFree();
    return Sequence.beginning({ cache: this.cache, row: 0, length: this.#length, reach: this.reach });
  }

  /** Frees the cache; idempotent. While a call uses the sequence, as soon as that call ends. */
  dispose(): void {
    if (this.#state === 'busy') {
      this.#disposeLater = true;
    } else if (this.#state === 'free') {
      this.#state = 'disposed';
      this.#length = 0;
      this.cache.dispose();
    }
  }

  /** Ends the sequence, its cache now being another's. */
  leaveCache(): void {
    this.#assertFree();
    this.#state = 'disposed';
    this.#length = 0;
  }

  /** Called by the model: `length` tokens are valid now. */
  advanceTo(length: number): void {
    if (length < this.#length) this.reach.truncate(length);
    this.#length = length;
  }

  /**
   * Called by whoever runs the model with this sequence: nobody else may until the returned function is called.
   *
   * @throws `sequence-busy`, `sequence-disposed`.
   */
  occupy(): () => void {
    this.#assertFree();
    this.#state = 'busy';
    return () => {
      if (this.#state !== 'busy') return;
      this.#state = 'free';
      if (this.#disposeLater) this.dispose();
    };
  }

  #assertFree(): void {
    if (this.#state === 'free') return;
    throw new InternVLError(
      `sequence-${this.#state}`,
      this.#state === 'busy'
        ? 'Expected a sequence that no other call is using, got one in use; await that call or use a sequence of its own.'
        : 'Expected a sequence that holds its cache, got one that was disposed; make a new one.',
    );
  }
}
