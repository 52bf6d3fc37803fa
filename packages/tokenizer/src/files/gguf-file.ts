import { ByteReader } from './byte-reader.js';

export type GgufValue = number | boolean | string | readonly GgufValue[];

/**
 * Reads the metadata at the head of a GGUF file (versions 2 and 3); the weights behind it may be missing. Arrays are kept only of
 * keys that start with `prefix`.
 *
 * @throws `tokenizer-unreadable` with file and byte.
 */
export function readGguf(file: string, bytes: Uint8Array, prefix: string): Map<string, GgufValue> {
  const reader = new ByteReader(file, bytes);
  if (reader.uint32() !== 0x46554747) {
    reader.at = 0;
    throw reader.error('expected a GGUF file, got another kind');
  }
  const version = reader.uint32();
  if (version !== 2 && version !== 3) throw reader.error(`expected GGUF version 2 or 3, got ${version}`);
  reader.uint64();
  const entries = reader.uint64();
  const decoder = new TextDecoder();
  const text = (): string => {
    const length = reader.uint64();
    const start = reader.skip(length);
    return decoder.decode(bytes.subarray(start, start + length));
  };
  const value = (type: number, keep: boolean): GgufValue => {
    const read = readers[type];
    if (read) return read(reader);
    if (type === 8) return text();
    if (type !== 9) throw reader.error(`expected a value type from 0 to 12, got ${type}`);
    const of = reader.uint32();
    if (of === 9) throw reader.error('expected a list of plain values, got a list of lists');
    const length = reader.uint64();
    const list: GgufValue[] = [];
    for (let i = 0; i < length; i++) {
      const item = value(of, keep);
      if (keep) list.push(item);
    }
    return list;
  };
  const found = new Map<string, GgufValue>();
  for (let i = 0; i < entries; i++) {
    const key = text();
    found.set(key, value(reader.uint32(), key.startsWith(prefix)));
  }
  return found;
}

/** How the plain types are read, by number. */
const readers: Readonly<Record<number, (reader: ByteReader) => GgufValue>> = {
  0: (reader) => reader.bytes[reader.skip(1)]!,
  1: (reader) => (reader.bytes[reader.skip(1)]! << 24) >> 24,
  2: (reader) => small(reader),
  3: (reader) => (small(reader) << 16) >> 16,
  4: (reader) => reader.uint32(),
  5: (reader) => reader.uint32() | 0,
  6: (reader) => reader.float32(),
  7: (reader) => reader.bytes[reader.skip(1)] !== 0,
  10: (reader) => reader.uint64(),
  11: (reader) => reader.uint64(),
  12: (reader) => reader.float64(),
};

function small(reader: ByteReader): number {
  const at = reader.skip(2);
  return reader.bytes[at]! | (reader.bytes[at + 1]! << 8);
}
