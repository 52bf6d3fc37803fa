import { ByteReader } from './byte-reader.js';

/**
 * Walks the fields of a protobuf message. One reader goes over many messages without making an object per field: a vocabulary has
 * hundreds of thousands.
 */
export class ProtobufReader extends ByteReader {
  /** Number of the current field. */
  field = 0;
  /** Value of a number (wire type 0) or a float (5), length of a stretch (2). */
  value = 0;
  /** Place of a stretch: text, bytes or a message. -1 where the field is none. */
  start = 0;

  /** Goes on with the message in a stretch of the file. */
  open(start: number, end: number): void {
    this.at = start;
    this.end = end;
  }

  /** Moves to the next field; false at the end of the message. */
  next(): boolean {
    if (this.at >= this.end) return false;
    const tag = this.#varint();
    const wire = tag % 8;
    this.field = Math.floor(tag / 8);
    this.start = -1;
    if (wire === 5) this.value = this.number(4, (view, at) => view.getFloat32(at, true));
    else if (wire === 1) this.skip(8);
    else if (this.field > 0 && (wire === 0 || wire === 2)) {
      this.value = this.#varint();
      if (wire === 2) this.start = this.skip(this.value);
    } else throw this.error(`expected a protobuf field, got number ${this.field} of wire type ${wire}`);
    return true;
  }

  #varint(): number {
    let value = 0;
    for (let factor = 1; factor < 2 ** 70; factor *= 128) {
      const byte = this.bytes[this.skip(1)]!;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    throw this.error('expected a number of at most ten bytes');
  }
}
