import { unreadable } from '../error.js';
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
  if (uint32(reader) !== 0x46554747) throw unreadable(file, 'byte 0', 'a GGUF file');
  const version = uint32(reader);
  if (version !== 2 && version !== 3) throw reader.error('GGUF version 2 or 3', version);
  uint64(reader);
  const entries = uint64(reader);
  const decoder = new TextDecoder();
  const text = (): string => decoder.decode(reader.take(uint64(reader)));
  const value = (type: number, keep: boolean): GgufValue => {
    const read = readers[type];
    if (read) return read(reader);
    if (type === 8) return text();
    const of = type === 9 ? uint32(reader) : 9;
    if (of === 9) throw reader.error('a value of type 0 to 12, or a list of such', type);
    const length = uint64(reader);
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
    found.set(key, value(uint32(reader), key.startsWith(prefix)));
  }
  return found;
}

const uint32 = (reader: ByteReader): number => reader.number(4, (view, at) => view.getUint32(at, true));
const uint64 = (reader: ByteReader): number =>
  reader.number(8, (view, at) => Number(view.getBigUint64(at, true)));

/** How the plain types are read, by number. */
const readers: Readonly<Record<number, (reader: ByteReader) => GgufValue>> = {
  0: (reader) => reader.number(1, (view, at) => view.getUint8(at)),
  1: (reader) => reader.number(1, (view, at) => view.getInt8(at)),
  2: (reader) => reader.number(2, (view, at) => view.getUint16(at, true)),
  3: (reader) => reader.number(2, (view, at) => view.getInt16(at, true)),
  4: uint32,
  5: (reader) => reader.number(4, (view, at) => view.getInt32(at, true)),
  6: (reader) => reader.number(4, (view, at) => view.getFloat32(at, true)),
  7: (reader) => reader.number(1, (view, at) => view.getUint8(at)) !== 0,
  10: uint64,
  11: (reader) => reader.number(8, (view, at) => Number(view.getBigInt64(at, true))),
  12: (reader) => reader.number(8, (view, at) => view.getFloat64(at, true)),
};
