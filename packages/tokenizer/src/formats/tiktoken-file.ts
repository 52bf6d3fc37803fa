import { unreadable } from '../error.js';
import { makeVocabulary, type Vocabulary } from '../model/vocabulary.js';

/** Whether a file looks like tiktoken ranks: lines of base64, a space and a number. */
export function isTiktoken(bytes: Uint8Array): boolean {
  return /^[A-Za-z\d+/]+={0,2} -?\d+\r?(\n|$)/.test(new TextDecoder('latin1').decode(bytes.subarray(0, 512)));
}

/**
 * Reads tiktoken ranks: `base64 rank` a line, the rank being id and priority at once.
 *
 * @throws `tokenizer-unreadable` with file and line.
 */
export function readTiktoken(file: string, bytes: Uint8Array): Vocabulary {
  const values = new Int8Array(256).fill(-1);
  for (const [value, unit] of [
    ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
  ].entries()) {
    values[unit.charCodeAt(0)] = value;
  }
  const token = new Uint8Array(bytes.length);
  const places: { start: number; end: number; line: number }[] = [];
  const decoder = new TextDecoder();
  let length = 0;
  let line = 0;
  for (let at = 0, next = 0; at < bytes.length; at = next) {
    line++;
    let end = bytes.indexOf(0x0a, at);
    if (end < 0) end = bytes.length;
    next = end + 1;
    if (bytes[end - 1] === 0x0d) end--;
    if (end <= at) continue;
    const start = length;
    const begin = at;
    let bits = 0;
    let held = 0;
    for (; at < end && values[bytes[at]!]! >= 0; at++) {
      held = ((held << 6) | values[bytes[at]!]!) & 0xffff;
      bits += 6;
      if (bits < 8) continue;
      bits -= 8;
      token[length++] = held >> bits;
    }
    while (bytes[at] === 0x3d) at++;
    let rank = bytes[at] === 0x20 && at + 1 < end && length > start ? 0 : -1;
    for (at++; at < end && rank >= 0 && rank < 2 ** 22; at++) {
      const figure = bytes[at]! - 0x30;
      rank = figure < 0 || figure > 9 ? -1 : 10 * rank + figure;
    }
    if (rank < 0 || rank >= 2 ** 22 || places[rank]) {
      throw unreadable(
        file,
        `line ${line}`,
        'base64 and a rank of its own, from 0 to 4194303',
        decoder.decode(bytes.subarray(begin, end)),
      );
    }
    places[rank] = { start, end: length, line };
  }
  const vocabulary = makeVocabulary(true, places.length, length);
  for (let rank = 0; rank < places.length; rank++) {
    const place = places[rank];
    if (!place) throw unreadable(file, `rank ${rank}`, 'ranks without a gap');
    const twin = vocabulary.add(token, place.start, place.end);
    if (twin !== rank)
      throw unreadable(file, `line ${place.line}`, `another token than that of rank ${twin}`);
  }
  return vocabulary;
}
