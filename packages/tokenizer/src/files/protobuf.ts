import { ByteReader } from './byte-reader.js';

/** One field of a protobuf message: a number (varint), four bytes (float), or a stretch of the file. */
export interface Field {
  readonly number: number;
  readonly wire: number;
  readonly value: number;
  readonly start: number;
  readonly end: number;
}

/** Fields of a message in order; the sub-messages are stretches to be read the same way. */
export function* protobufFields(
  file: string,
  bytes: Uint8Array,
  start = 0,
  end = bytes.length,
): Generator<Field> {
  const reader = new ByteReader(file, bytes, start, end);
  while (!reader.done) {
    const tag = varint(reader);
    const wire = tag % 8;
    const number = Math.floor(tag / 8);
    if (number === 0) throw reader.error('expected a protobuf field, got number 0');
    if (wire === 0) yield { number, wire, value: varint(reader), start: reader.at, end: reader.at };
    else if (wire === 5) yield { number, wire, value: reader.float32(), start: reader.at, end: reader.at };
    else if (wire === 1) reader.skip(8);
    else if (wire === 2) {
      const length = varint(reader);
      const from = reader.skip(length);
      yield { number, wire, value: length, start: from, end: from + length };
    } else throw reader.error(`expected a protobuf wire type of 0, 1, 2 or 5, got ${wire}`);
  }
}

function varint(reader: ByteReader): number {
  let value = 0;
  for (let factor = 1; factor <= 2 ** 63; factor *= 128) {
    const byte = reader.bytes[reader.skip(1)]!;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return value;
  }
  throw reader.error('expected a number of at most ten bytes');
}
