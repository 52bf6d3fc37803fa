const multiplier = 0x01000193;
const offset = 0x811c9dc5 | 0;

/** A list of byte strings in one buffer, with an index from contents to positions. No object per entry. */
export class ByteStrings {
  #bytes: Uint8Array;
  #ends: Int32Array;
  #slots: Int32Array;
  #count = 0;
  /** Length of the longest entry in bytes. */
  longest = 0;

  constructor(entries = 1024, bytes = 16 * entries) {
    this.#bytes = new Uint8Array(bytes);
    this.#ends = new Int32Array(entries + 1);
    this.#slots = new Int32Array(tableSize(entries)).fill(-1);
  }

  get count(): number {
    return this.#count;
  }

  /** All entries one after the other; `start` and `end` cut it. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  start(index: number): number {
    return index === 0 ? 0 : this.#ends[index - 1]!;
  }

  end(index: number): number {
    return this.#ends[index]!;
  }

  get(index: number): Uint8Array {
    return this.#bytes.subarray(this.start(index), this.end(index));
  }

  /** Appends an entry and gives its position. With `findable` false its contents are not looked up: `find` never gives it. */
  add(source: Uint8Array, from: number, to: number, findable = true): number {
    const index = this.#count;
    const start = this.start(index);
    const end = start + to - from;
    if (end > this.#bytes.length) this.#bytes = grown(this.#bytes, end);
    if (index >= this.#ends.length) {
      const ends = new Int32Array(2 * this.#ends.length);
      ends.set(this.#ends);
      this.#ends = ends;
    }
    if (to - from < 16) for (let i = from, at = start; i < to; i++, at++) this.#bytes[at] = source[i]!;
    else this.#bytes.set(source.subarray(from, to), start);
    this.#ends[index] = end;
    this.#count++;
    this.longest = Math.max(this.longest, to - from);
    if (findable) this.#index(index);
    return index;
  }

  /** Position of the entry with these bytes, the first one added; -1 when there is none. */
  find(source: Uint8Array, from: number, to: number): number {
    return this.findHashed(source, from, to, hashOf(source, from, to));
  }

  /** The same for a caller that has built the hash byte by byte with `hashStep`. */
  findHashed(source: Uint8Array, from: number, to: number, hash: number): number {
    const mask = this.#slots.length - 1;
    const length = to - from;
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const index = this.#slots[slot]!;
      if (index < 0) return -1;
      const start = index === 0 ? 0 : this.#ends[index - 1]!;
      if (this.#ends[index]! - start !== length) continue;
      let same = 0;
      while (same < length && this.#bytes[start + same] === source[from + same]) same++;
      if (same === length) return index;
    }
  }

  /** Frees what growing reserved. */
  trim(): void {
    this.#bytes = this.#bytes.slice(0, this.#count === 0 ? 0 : this.#ends[this.#count - 1]!);
    this.#ends = this.#ends.slice(0, this.#count);
  }

  #index(index: number): void {
    if (2 * index >= this.#slots.length) {
      const entries = this.#slots.filter((entry) => entry >= 0);
      this.#slots = new Int32Array(2 * this.#slots.length).fill(-1);
      for (const entry of entries) this.#place(entry);
    }
    this.#place(index);
  }

  #place(index: number): void {
    const mask = this.#slots.length - 1;
    const hash = hashOf(this.#bytes, this.start(index), this.#ends[index]!);
    let slot = (hash ^ (hash >>> 15)) & mask;
    while (this.#slots[slot]! >= 0) slot = (slot + 1) & mask;
    this.#slots[slot] = index;
  }
}

/** Hash of no bytes. */
export const hashStart = offset;

/** Hash of some bytes and one more. */
export function hashStep(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, multiplier);
}

function hashOf(source: Uint8Array, from: number, to: number): number {
  let hash = offset;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ source[i]!, multiplier);
  return hash;
}

/** Slots of a hash table that stays at most half full: a power of two. */
export function tableSize(entries: number): number {
  let size = 16;
  while (size < 2 * entries) size *= 2;
  return size;
}

function grown(bytes: Uint8Array, needed: number): Uint8Array {
  const larger = new Uint8Array(Math.max(needed, 2 * bytes.length));
  larger.set(bytes);
  return larger;
}
