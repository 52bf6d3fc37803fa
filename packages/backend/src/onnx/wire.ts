import { InternVLError } from '../error.js';

/*
 * Protocol Buffers' wire format, the part that ONNX uses: varints, 32-bit floats and length-delimited
 * fields. (Protocol Buffers documentation, "Encoding".)
 */

const varint = 0;
const fixed64 = 1;
const delimited = 2;
const fixed32 = 5;

/** Appends protobuf fields to a growing buffer. Sizes in bytes; field numbers as in the `.proto` file. */
export class ProtoWriter {
  #bytes = new Uint8Array(256);
  #length = 0;

  /** The message so far, as a view that later writes may leave behind. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** An `int64`, `int32` or enum field. */
  int(field: number, value: number | bigint): void {
    this.#varint(field * 8 + varint);
    this.#varint(value);
  }

  /** A `float` field. */
  float(field: number, value: number): void {
    this.#varint(field * 8 + fixed32);
    const at = this.#grow(4);
    new DataView(this.#bytes.buffer).setFloat32(at, value, true);
  }

  /** A `bytes` field. */
  bytes(field: number, value: Uint8Array): void {
    this.#varint(field * 8 + delimited);
    this.#varint(value.byteLength);
    const at = this.#grow(value.byteLength);
    this.#bytes.set(value, at);
  }

  /** A `string` field, UTF-8. */
  string(field: number, value: string): void {
    this.bytes(field, new TextEncoder().encode(value));
  }

  /** An embedded message, written by `write`. */
  message(field: number, write: (message: ProtoWriter) => void): void {
    const message = new ProtoWriter();
    write(message);
    this.bytes(field, message.finish());
  }

  #varint(value: number | bigint): void {
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 127n) {
      this.#byte(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    this.#byte(Number(rest));
  }

  #byte(value: number): void {
    const at = this.#grow(1);
    this.#bytes[at] = value;
  }

  #grow(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
    }
    return at;
  }
}

/** One field of a message as it lies on the wire. */
export interface ProtoField {
  readonly field: number;
  /** The integer of a varint field; a larger magnitude than 2^53 is rounded. */
  readonly int: number;
  /** The number of a 32-bit float field. */
  readonly float: number;
  /** The payload of a length-delimited field, a view of the message; empty for others. */
  readonly bytes: Uint8Array;
  /** True when the field is length-delimited: for repeated numbers that means packed. */
  readonly delimited: boolean;
}

/**
 * The fields of a message in order.
 *
 * @throws `model-unreadable` when the bytes are no message.
 */
export function* protoFields(message: Uint8Array): Generator<ProtoField> {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const none = message.subarray(0, 0);
  let at = 0;
  while (at < message.byteLength) {
    const key = readVarint(message, at);
    at = key.end;
    const field = Number(key.value >> 3n);
    const wire = Number(key.value & 7n);
    if (field === 0) throw unreadable('a field numbered 0');
    if (wire === varint) {
      const value = readVarint(message, at);
      at = value.end;
      yield { field, int: Number(BigInt.asIntN(64, value.value)), float: 0, bytes: none, delimited: false };
      continue;
    }
    let size: number;
    if (wire === delimited) {
      const length = readVarint(message, at);
      at = length.end;
      size = Number(length.value);
    } else if (wire === fixed32 || wire === fixed64) {
      size = wire === fixed32 ? 4 : 8;
    } else throw unreadable(`wire type ${wire}`);
    if (size > message.byteLength - at)
      throw unreadable(`a field of ${size} bytes that ends past its message`);
    const float = wire === fixed32 ? view.getFloat32(at, true) : 0;
    const bytes = wire === delimited ? message.subarray(at, at + size) : none;
    at += size;
    yield { field, int: 0, float, bytes, delimited: wire === delimited };
  }
}

/** The integers of a packed field. */
export function packedInts(bytes: Uint8Array): number[] {
  const values: number[] = [];
  for (let at = 0; at < bytes.byteLength; ) {
    const { value, end } = readVarint(bytes, at);
    values.push(Number(BigInt.asIntN(64, value)));
    at = end;
  }
  return values;
}

function readVarint(bytes: Uint8Array, start: number): { value: bigint; end: number } {
  let value = 0n;
  for (let index = 0; index < 10; index++) {
    const byte = bytes[start + index];
    if (byte === undefined) break;
    value |= BigInt(byte & 127) << BigInt(7 * index);
    if (byte < 128) return { value: BigInt.asUintN(64, value), end: start + index + 1 };
  }
  throw unreadable('a number that does not end');
}

function unreadable(found: string): InternVLError {
  return new InternVLError(
    'model-unreadable',
    `Expected an ONNX model (a protobuf message), found ${found}; check that the file is complete and is an .onnx file.`,
    { found },
  );
}
