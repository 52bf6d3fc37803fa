import { unreadable } from '../error.js';
import { MergeTable } from '../model/merge-table.js';
import { ByteVocabulary } from '../model/vocabulary.js';

/**
 * Reads `merges.txt`, one pair in GPT-2's alphabet a line, in order of rank. Without a vocabulary the ids follow from it, as
 * GPT-2 and Qwen number them: the 256 bytes, visible ones first, then one id a line.
 *
 * @throws `tokenizer-unreadable` with file and line.
 */
export function readMerges(
  file: string,
  bytes: Uint8Array,
  given?: ByteVocabulary,
): { vocabulary: ByteVocabulary; merges: MergeTable } {
  let lines = 0;
  for (const byte of bytes) if (byte === 0x0a) lines++;
  const vocabulary = given ?? new ByteVocabulary(lines + 257);
  if (!given) for (const byte of vocabulary.alphabet.order) vocabulary.entries.add(Uint8Array.of(byte), 0, 1);
  const merges = new MergeTable(lines + 1);
  const { entries, alphabet } = vocabulary;
  let pair = new Uint8Array(256);
  let rank = 0;
  let line = 0;
  for (let at = 0; at < bytes.length; ) {
    line++;
    const start = at;
    const fail = (problem: string): Error => {
      const text = new TextDecoder().decode(bytes.subarray(start, start + 80)).split('\n')[0];
      return unreadable(file, `line ${line}`, `${problem}: ${JSON.stringify(text)}`, { line });
    };
    let length = 0;
    let left = -1;
    let end = at;
    while (end < bytes.length && bytes[end] !== 0x0a) end++;
    at = end + 1;
    if (bytes[end - 1] === 0x0d) end--;
    if (end <= start || (line === 1 && isVersion(bytes, start))) continue;
    if (end - start > pair.length) pair = new Uint8Array(2 * (end - start));
    for (let i = start; i < end; i++) {
      let unit = bytes[i]!;
      if (unit === 0x20) {
        if (left >= 0) throw fail('expected two tokens, got more');
        left = length;
        continue;
      }
      if (unit >= 0xc2 && unit < 0xe0) unit = ((unit & 0x1f) << 6) | (bytes[++i]! & 0x3f);
      const byte = alphabet.bytes[unit] ?? -1;
      if (byte < 0)
        throw fail(`expected characters that stand for bytes, got U+${unit.toString(16).padStart(4, '0')}`);
      pair[length++] = byte;
    }
    if (left <= 0 || left === length) throw fail('expected two tokens');
    const first = entries.find(pair, 0, left);
    const second = entries.find(pair, left, length);
    if (first < 0 || second < 0) throw fail('expected tokens of the vocabulary');
    let merged = entries.find(pair, 0, length);
    if (merged < 0 && !given) merged = entries.add(pair, 0, length);
    if (merged < 0) throw fail('expected the merged token in the vocabulary');
    merges.add(first, second, rank++, merged);
  }
  if (rank === 0) throw unreadable(file, 'lines', 'expected lines of two tokens, got none');
  return { vocabulary, merges };
}

function isVersion(bytes: Uint8Array, at: number): boolean {
  return new TextDecoder().decode(bytes.subarray(at, at + 9)) === '#version:';
}
