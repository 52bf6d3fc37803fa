import { InternVLError } from '@internvl/backend';
import { type CacheShape, KeyValueCache } from './cache/key-value-cache.js';
import type { Rotations } from './rope/rotation.js';
import { RowReach } from './rope/row-reach.js';

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

  constructor(shape: CacheShape, source: Rotations | Sequence) {
    if (source instanceof Sequence) {
      const origin = { cache: source.cache, row: 0, length: source.#length };
      this.cache = KeyValueCache.gather([origin], shape);
      this.reach = source.reach.clone();
      this.#length = source.#length;
    } else {
      this.cache = new KeyValueCache(shape, 1);
      this.reach = new RowReach(source);
    }
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
    return new Sequence(this.cache.shape, this);
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
