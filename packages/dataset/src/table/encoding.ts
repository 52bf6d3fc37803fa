import { DatasetError } from '../error.js';

/** What a file turns out to be; `utf-8` and `ascii` need nothing. */
export type DetectedEncoding =
  | 'ascii'
  | 'utf-8'
  | 'utf-16le'
  | 'utf-16be'
  | 'utf-32'
  | 'gb18030'
  | 'big5'
  | 'unknown';

/** How people call what TextDecoder calls otherwise. */
const labels: Readonly<Record<string, string>> = {
  utf8: 'utf-8',
  'utf-8-sig': 'utf-8',
  utf16: 'utf-16',
  utf16le: 'utf-16le',
  utf16be: 'utf-16be',
  gbk: 'gb18030',
  gb2312: 'gb18030',
  cp936: 'gb18030',
  latin1: 'windows-1252',
};

/**
 * The name TextDecoder knows for a label; `utf-16` stays as it is, its byte order being the file's to say.
 *
 * @throws `invalid-option` for one that nothing here can decode
 */
export function encodingLabel(label: string): string {
  const lower = label.trim().toLowerCase();
  const name = labels[lower] ?? lower;
  if (name === 'utf-16') return name;
  try {
    return new TextDecoder(name).encoding;
  } catch (cause) {
    throw new DatasetError(
      'invalid-option',
      `Expected an encoding such as utf-8, utf-16, gb18030 or big5, got '${label}'; pass one of them.`,
      { encoding: label },
      { cause },
    );
  }
}

/** The encoding that a byte order mark states. */
export function markedEncoding(head: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' | 'utf-32' | undefined {
  const [a, b, c, d] = head;
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? 'utf-32' : 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  return undefined;
}

/** UTF-16 without a mark: every other byte of Latin letters and separators is zero. */
export function unmarkedUtf16(head: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const pairs = head.length >> 1;
  if (pairs < 2) return undefined;
  let first = 0;
  let second = 0;
  for (let index = 0; index + 1 < head.length; index += 2) {
    if (head[index] === 0) first++;
    if (head[index + 1] === 0) second++;
  }
  if (second > pairs * 0.15 && first < second * 0.1) return 'utf-16le';
  if (first > pairs * 0.15 && second < first * 0.1) return 'utf-16be';
  return undefined;
}

/**
 * UTF-8 sequences of several bytes that are whole, those of three and more among them, and bytes that belong to none; a
 * cut last one counts as none of these.
 */
export function countUtf8(bytes: Uint8Array): {
  readonly valid: number;
  readonly long: number;
  readonly invalid: number;
} {
  let valid = 0;
  let long = 0;
  let invalid = 0;
  let index = 0;
  while (index < bytes.length) {
    const lead = bytes[index] ?? 0;
    if (lead < 0x80) {
      index++;
      continue;
    }
    const length =
      lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
    let followers = 0;
    while (followers + 1 < length && ((bytes[index + 1 + followers] ?? 0) & 0xc0) === 0x80) followers++;
    if (length > 0 && followers === length - 1) {
      valid++;
      if (length > 2) long++;
      index += length;
    } else if (length > 0 && index + 1 + followers >= bytes.length) break;
    else {
      invalid++;
      index += 1 + followers;
    }
  }
  return { valid, long, invalid };
}

/** A guess at 8-bit text that is no UTF-8, for the error that names it. */
export function guessLegacy(bytes: Uint8Array): DetectedEncoding {
  let pairs = 0;
  let common = 0;
  let lowTrails = 0;
  for (let index = 0; index + 1 < bytes.length; index++) {
    const lead = bytes[index] ?? 0;
    if (lead < 0x81 || lead === 0xff) continue;
    const trail = bytes[index + 1] ?? 0;
    index++;
    pairs++;
    // GB 2312's rows 1-9 (symbols) and 16-87 (hanzi) hold nearly all of what people write.
    if (trail >= 0xa1 && ((lead >= 0xb0 && lead <= 0xf7) || (lead >= 0xa1 && lead <= 0xa9))) common++;
    if (trail >= 0x40 && trail < 0x7f) lowTrails++;
  }
  if (pairs === 0) return 'unknown';
  if (common >= pairs * 0.8) return 'gb18030';
  if (lowTrails + common >= pairs * 0.9 && lowTrails > pairs * 0.1 && decodes(bytes, 'big5')) return 'big5';
  return common >= pairs * 0.5 && decodes(bytes, 'gb18030') ? 'gb18030' : 'unknown';
}

/** True where all bytes are of an encoding, but for a cut last character. */
export function decodes(bytes: Uint8Array, encoding: string): boolean {
  try {
    new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
