/** A list of byte strings in one buffer, with an index from contents to positions: no object per entry. */
export interface ByteStrings {
  readonly bytes: Uint8Array;
  /** Entry i is `bytes` from `ends[i]` to `ends[i + 1]`. */
  readonly ends: Int32Array;
  readonly count: number;
  get(index: number): Uint8Array;
  /** Appends an entry, unless there is an equal one, and gives its position. With `findable` false it is neither found nor shared. */
  add(source: Uint8Array, from: number, to: number, findable: boolean): number;
  /** Position of the entry with these bytes; -1 when there is none. */
  find(source: Uint8Array, from: number, to: number): number;
}

/** An empty list with room for so many entries and bytes. */
export function byteStrings(entries: number, size: number): ByteStrings {
  const bytes = new Uint8Array(size);
  const ends = new Int32Array(entries + 1);
  const slots = new Int32Array(tableSize(entries)).fill(-1);
  let count = 0;
  /** Slot of the entry with these bytes, or the empty one where it would go. */
  const slotOf = (source: Uint8Array, from: number, to: number): number => {
    // FNV-1a
    let hash = 0x811c9dc5;
    for (let i = from; i < to; i++) hash = Math.imul(hash ^ source[i]!, 0x01000193);
    const mask = slots.length - 1;
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const index = slots[slot]!;
      if (index < 0) return slot;
      const start = ends[index]!;
      if (ends[index + 1]! - start !== to - from) continue;
      let at = from;
      while (at < to && bytes[start + at - from] === source[at]) at++;
      if (at === to) return slot;
    }
  };
  return {
    bytes,
    ends,
    get count() {
      return count;
    },
    get: (index) => bytes.subarray(ends[index], ends[index + 1]),
    add(source, from, to, findable) {
      const slot = slotOf(source, from, to);
      const found = slots[slot]!;
      if (findable && found >= 0) return found;
      let end = ends[count]!;
      for (let i = from; i < to; i++) bytes[end++] = source[i]!;
      if (findable) slots[slot] = count;
      ends[++count] = end;
      return count - 1;
    },
    find: (source, from, to) => slots[slotOf(source, from, to)]!,
  };
}

/** Slots of a hash table that is at most half full: a power of two. */
export function tableSize(entries: number): number {
  return 2 ** Math.ceil(Math.log2(2 * entries + 16));
}
