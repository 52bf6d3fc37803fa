/** What a tar's header says of a member. Source: POSIX pax, ustar interchange format; GNU long names. */
export interface TarHeader {
  readonly name: string;
  readonly size: number;
  /** `0` file, `5` folder, `L` GNU long name, `x` and `g` pax records, … */
  readonly type: string;
}

export const BLOCK = 512;

const decoder = new TextDecoder();
const encoder = new TextEncoder();

function textOf(block: Uint8Array, start: number, length: number): string {
  const end = block.indexOf(0, start);
  return decoder.decode(block.subarray(start, end < 0 || end > start + length ? start + length : end));
}

/** Octal digits, or GNU's base 256 for sizes from 8 GiB up. */
function numberOf(block: Uint8Array, start: number, length: number): number {
  if (((block[start] ?? 0) & 0x80) !== 0) {
    let value = (block[start] ?? 0) & 0x7f;
    for (let index = start + 1; index < start + length; index++) value = value * 256 + (block[index] ?? 0);
    return value;
  }
  const digits = textOf(block, start, length).trim();
  return digits === '' ? 0 : /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
}

function checksum(block: Uint8Array): number {
  let sum = 0;
  for (let index = 0; index < BLOCK; index++) sum += index >= 148 && index < 156 ? 32 : (block[index] ?? 0);
  return sum;
}

/** @returns undefined for a block that is no header */
export function readHeader(block: Uint8Array): TarHeader | undefined {
  const size = numberOf(block, 124, 12);
  if (numberOf(block, 148, 8) !== checksum(block) || !Number.isSafeInteger(size)) return undefined;
  const ustar = textOf(block, 257, 5) === 'ustar';
  const prefix = ustar && block[263] !== 32 ? textOf(block, 345, 155) : '';
  const name = textOf(block, 0, 100);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    size,
    type: String.fromCharCode(block[156] || 48),
  };
}

/** Header blocks of a file: mode 0644, no owner, time 0, so that the same members give the same bytes. */
export function writeHeader(name: string, size: number): Uint8Array {
  const bytes = encoder.encode(name);
  if (bytes.length <= 100 && size < 8 ** 11) return block(bytes, size, '0');
  const records =
    (bytes.length > 100 ? paxRecord('path', name) : '') +
    (size >= 8 ** 11 ? paxRecord('size', String(size)) : '');
  const pax = encoder.encode(records);
  const padded = Math.ceil(pax.length / BLOCK) * BLOCK;
  const all = new Uint8Array(BLOCK + padded + BLOCK);
  all.set(block(encoder.encode('PaxHeader'), pax.length, 'x'));
  all.set(pax, BLOCK);
  all.set(block(bytes.subarray(0, 100), Math.min(size, 8 ** 11 - 1), '0'), BLOCK + padded);
  return all;
}

function block(name: Uint8Array, size: number, type: string): Uint8Array {
  const bytes = new Uint8Array(BLOCK);
  const put = (text: string, at: number) => bytes.set(encoder.encode(text), at);
  bytes.set(name.subarray(0, 100));
  put('0000644\0', 100);
  put('0000000\0', 108);
  put('0000000\0', 116);
  put(`${size.toString(8).padStart(11, '0')}\0`, 124);
  put('00000000000\0', 136);
  put(type, 156);
  put('ustar\u000000', 257);
  put(`${checksum(bytes).toString(8).padStart(6, '0')}\0 `, 148);
  return bytes;
}

/** `LENGTH KEY=VALUE\n`, the length counting itself. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const length = encoder.encode(rest).length;
  let total = length + String(length).length;
  if (String(total).length !== String(length).length) total = length + String(total).length;
  return `${total}${rest}`;
}
