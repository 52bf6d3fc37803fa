import { unreadable } from '../error.js';

/**
 * Gives each field of the protobuf message in a stretch of a file: its number, its value (a number, a float, or the length of a text, bytes
 * or a message), and the place of those.
 *
 * @throws `tokenizer-unreadable` with file and byte
 */
export function protobufFields(
  file: string,
  view: DataView,
  from: number,
  to: number,
  each: (field: number, value: number, start: number, end: number) => void,
): void {
  let at = from;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; at < to && factor < 2 ** 70; factor *= 128) {
      const byte = view.getUint8(at++);
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    return Number.NaN;
  };
  while (at < to) {
    const place = at;
    const tag = varint();
    const wire = tag % 8;
    const value = wire === 0 || wire === 2 ? varint() : wire === 5 ? 4 : wire === 1 ? 8 : Number.NaN;
    const start = at;
    at += wire === 0 ? value * 0 : value;
    if (!(at <= to))
      throw unreadable(file, `byte ${place}`, 'a protobuf field', {
        tag,
        length: value,
        left: to - start,
      });
    each(Math.floor(tag / 8), wire === 5 ? view.getFloat32(start, true) : value, start, at);
  }
}
