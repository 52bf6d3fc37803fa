import { unreadable } from '../error.js';
import type { MergeTable } from '../model/merge-table.js';
import { pairMerges } from '../model/pair-merges.js';
import { ByteVocabulary } from '../model/vocabulary.js';

/** Whether a file looks like tiktoken ranks: lines of base64, a space and a number. */
export function isTiktoken(bytes: Uint8Array): boolean {
  return /^[A-Za-z\d+/]+={0,2} -?\d+\r?(\n|$)/.test(new TextDecoder('latin1').decode(bytes.subarray(0, 512)));
}

/**
 * Reads tiktoken ranks: `base64 rank` a line, the rank being id and priority at once.
 *
 * @throws `tokenizer-unreadable` with file and line.
 */
export function readTiktoken(
  file: string,
  bytes: Uint8Array,
): { vocabulary: ByteVocabulary; merges: MergeTable } {
  const values = new Int8Array(256).fill(-1);
  for (const [value, unit] of [
    ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
  ].entries()) {
    values[unit.charCodeAt(0)] = value;
  }
  const starts: number[] = [];
  const lines: number[] = [];
  const token = new Uint8Array(bytes.length);
  let length = 0;
  const ends: number[] = [];
  let line = 0;
  for (let at = 0; at < bytes.length; ) {
    line++;
    const fail = (problem: string): Error => unreadable(file, `line ${line}`, problem, { line });
    let end = at;
    while (end < bytes.length && bytes[end] !== 0x0a) end++;
    const next = end + 1;
    if (bytes[end - 1] === 0x0d) end--;
    if (end <= at) {
      at = next;
      continue;
    }
    const start = length;
    let bits = 0;
    let held = 0;
    for (; at < end && values[bytes[at]!]! >= 0; at++) {
      held = (held << 6) | values[bytes[at]!]!;
      bits += 6;
      if (bits >= 8) {
        bits -= 8;
        token[length++] = held >> bits;
        held &= (1 << bits) - 1;
      }
    }
    while (bytes[at] === 0x3d) at++;
    if (bytes[at] !== 0x20 || length === start) throw fail('expected base64 and a rank');
    let rank = 0;
    for (at++; at < end; at++) {
      const figure = bytes[at]! - 0x30;
      if (figure < 0 || figure > 9 || rank >= 2 ** 24) throw fail('expected a rank from 0 to 16777215');
      rank = 10 * rank + figure;
    }
    if (starts[rank] !== undefined) throw fail(`rank ${rank} is given twice, first in line ${lines[rank]}`);
    starts[rank] = start;
    ends[rank] = length;
    lines[rank] = line;
    at = next;
  }
  const vocabulary = new ByteVocabulary(starts.length);
  for (let rank = 0; rank < starts.length; rank++) {
    const start = starts[rank];
    if (start === undefined)
      throw unreadable(file, `rank ${rank}`, 'expected ranks without a gap', { missing: rank });
    const twin = vocabulary.entries.find(token, start, ends[rank]!);
    if (twin >= 0)
      throw unreadable(file, `line ${lines[rank]}`, `the token of rank ${twin} comes again`, {
        line: lines[rank]!,
      });
    vocabulary.entries.add(token, start, ends[rank]!);
  }
  const rank = (id: number): number => id;
  return { vocabulary, merges: pairMerges(vocabulary.entries, { rank, part: rank, characters: false }) };
}
