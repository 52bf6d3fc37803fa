import { InternVLError } from '@internvl/backend';
import type { Sequence } from '../sequence.js';
import { type ContentKey, commonLength } from './content-key.js';

/** Bytes of keys and values that are kept when nobody says: 10,000 tokens of a 1B model, 900 of an 8B one. */
const DEFAULT_BYTES = 256 * 2 ** 20;

/** What somebody wants kept whatever else comes: at most one entry, the latest that was stored for it. */
export interface PrefixHold {
  /** Lets go of it; idempotent. The entry stays as long as there is room. */
  dispose(): void;
}

/** A cache that nobody works with now. */
export interface PrefixEntry {
  readonly key: ContentKey;
  readonly sequence: Sequence;
}

/**
 * Caches of conversations that were answered, by what is in them, for whoever begins alike. What was used longest ago
 * goes first when there is no more room, but for what is held.
 */
export class PrefixStore {
  readonly #limitBytes: number;
  /** In order of use, latest last. */
  readonly #entries = new Set<PrefixEntry>();
  /** Everyone who may hold something, and what. */
  readonly #held = new Map<PrefixHold, PrefixEntry | undefined>();
  #closed = false;

  /** @throws `invalid-option` */
  constructor(limitBytes: number = DEFAULT_BYTES) {
    if (!(limitBytes >= 0)) {
      throw new InternVLError(
        'invalid-option',
        `Expected prefixCacheBytes as a number of bytes from 0 on, got ${limitBytes}; 0 keeps nothing.`,
        { option: 'prefixCacheBytes', value: limitBytes },
      );
    }
    this.#limitBytes = limitBytes;
  }

  /** Bytes of all that is kept. */
  get bytes(): number {
    let bytes = 0;
    for (const { sequence } of this.#entries) bytes += sequence.bytes;
    return bytes;
  }

  get entries(): Iterable<PrefixEntry> {
    return this.#entries;
  }

  hold(): PrefixHold {
    const hold: PrefixHold = {
      dispose: () => {
        this.#held.delete(hold);
        this.#trim();
      },
    };
    this.#held.set(hold, undefined);
    return hold;
  }

  heldBy(hold: PrefixHold | undefined): PrefixEntry | undefined {
    return hold && this.#held.get(hold);
  }

  /** Whether someone but `hold` counts on the entry. */
  othersHold(entry: PrefixEntry, hold: PrefixHold | undefined): boolean {
    for (const [other, held] of this.#held) if (held === entry && other !== hold) return true;
    return false;
  }

  /** Notes that an entry was of use. */
  touch(entry: PrefixEntry): void {
    if (this.#entries.delete(entry)) this.#entries.add(entry);
  }

  /** Gives an entry away; the caller frees its sequence. */
  take(entry: PrefixEntry): Sequence {
    this.#entries.delete(entry);
    for (const [hold, held] of this.#held) if (held === entry) this.#held.set(hold, undefined);
    return entry.sequence;
  }

  /** Whether so many bytes would be kept. */
  wants(bytes: number, hold: PrefixHold | undefined): boolean {
    if (this.#closed) return false;
    return bytes <= this.#limitBytes || (hold !== undefined && this.#held.has(hold));
  }

  /** Takes a sequence over, in place of what `hold` had and of what is a beginning of it. */
  put(entry: PrefixEntry, hold: PrefixHold | undefined): void {
    const holds = hold !== undefined && this.#held.has(hold);
    if (!this.wants(entry.sequence.bytes, hold) || entry.sequence.length === 0) {
      entry.sequence.dispose();
      return;
    }
    if (holds) this.#held.set(hold, undefined);
    for (const other of this.#entries) {
      if (this.#isHeld(other)) continue;
      const { length } = other.key.ids;
      const contained = commonLength(other.key, entry.key) === length;
      if (contained && entry.sequence.reusableFor(length, length)) this.#drop(other);
    }
    this.#entries.add(entry);
    if (holds) this.#held.set(hold, entry);
    this.#trim();
  }

  /** Frees everything; what is put from now on is freed at once. */
  close(): void {
    this.#closed = true;
    this.#held.clear();
    for (const entry of this.#entries) this.#drop(entry);
  }

  #isHeld(entry: PrefixEntry): boolean {
    return this.othersHold(entry, undefined);
  }

  #trim(): void {
    let bytes = this.bytes;
    for (const entry of this.#entries) {
      if (bytes <= this.#limitBytes) return;
      if (this.#isHeld(entry)) continue;
      bytes -= entry.sequence.bytes;
      this.#drop(entry);
    }
  }

  #drop(entry: PrefixEntry): void {
    this.#entries.delete(entry);
    entry.sequence.dispose();
  }
}
