const multiplier = 0x01000193;

/** Hash of no bytes. */
export const hashStart = 0x811c9dc5 | 0;

/** Hash of some bytes and one more. */
export function hashStep(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, multiplier);
}

/** A list of byte strings in one buffer, with an index from contents to positions: no object per entry. */
export class ByteStrings {
  readonly bytes: Uint8Array;
  /** Entry i is `bytes` from `ends[i]` to `ends[i + 1]`. */
  readonly ends: Int32Array;
  readonly #slots: Int32Array;
  count = 0;

  constructor(entries: number, bytes: number) {
    this.bytes = new Uint8Array(bytes);
    this.ends = new Int32Array(entries + 1);
    this.#slots = new Int32Array(tableSize(entries)).fill(-1);
  }

  get(index: number): Uint8Array {
    return this.bytes.subarray(this.ends[index], this.ends[index + 1]);
  }

  /** Appends an entry and gives its position. `find` gives the first of equal ones, and none with `findable` false. */
  add(source: Uint8Array, from: number, to: number, findable = true): number {
    const index = this.count++;
    let end = this.ends[index]!;
    for (let i = from; i < to; i++) this.bytes[end++] = source[i]!;
    this.ends[index + 1] = end;
    const slot = this.#slot(source, from, to);
    if (findable && this.#slots[slot]! < 0) this.#slots[slot] = index;
    return index;
  }

  /** Position of the entry with these bytes; -1 when there is none. Whoever knows their hash gives it. */
  find(source: Uint8Array, from: number, to: number, hash?: number): number {
    return this.#slots[this.#slot(source, from, to, hash)]!;
  }

  /** Slot of the entry with these bytes, or the empty one where it would go. */
  #slot(source: Uint8Array, from: number, to: number, known?: number): number {
    let hash = known ?? hashStart;
    if (known === undefined) for (let i = from; i < to; i++) hash = hashStep(hash, source[i]!);
    const mask = this.#slots.length - 1;
    const { bytes, ends } = this;
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const index = this.#slots[slot]!;
      if (index < 0) return slot;
      const start = ends[index]!;
      if (ends[index + 1]! - start !== to - from) continue;
      let at = from;
      while (at < to && bytes[start + at - from] === source[at]) at++;
      if (at === to) return slot;
    }
  }
}

/** Slots of a hash table that is at most half full: a power of two. */
export function tableSize(entries: number): number {
  return 2 ** Math.ceil(Math.log2(2 * entries + 16));
}
