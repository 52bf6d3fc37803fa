import { unreadable } from '../error.js';
import { type MergeTable, mergeTable } from '../model/merge-table.js';
import type { Vocabulary } from '../model/vocabulary.js';

/**
 * Collects merges by the spelling of two tokens, in order of rank. `add` throws `tokenizer-unreadable` for a token that the vocabulary
 * lacks; `place` says where.
 *
 * @param grows whether a merged token that the vocabulary lacks is appended to it
 */
export function mergeList(file: string, vocabulary: Vocabulary, size: number, grows = false) {
  const merges = mergeTable(size);
  const { entries, scratch } = vocabulary;
  let rank = 0;
  return {
    merges,
    add(left: string, right: string, place: string): void {
      const middle = vocabulary.write(left);
      const end = vocabulary.write(right, middle);
      const known = middle > 0 && end > middle;
      const first = known ? entries.find(scratch, 0, middle) : -1;
      const second = known ? entries.find(scratch, middle, end) : -1;
      const parts = first >= 0 && second >= 0;
      const both = parts ? (grows ? vocabulary.add(scratch, 0, end) : entries.find(scratch, 0, end)) : -1;
      if (both < 0)
        throw unreadable(file, place, 'two tokens that make one of the vocabulary', [left, right]);
      merges.add(first, second, rank++, both);
    },
  };
}

/**
 * Reads `merges.txt`, one pair a line. A vocabulary without tokens gets its ids from it, as GPT-2 and Qwen number them: the 256 bytes,
 * visible ones first, then one id a line.
 *
 * @throws `tokenizer-unreadable` with file and line.
 */
export function readMerges(file: string, lines: readonly string[], vocabulary: Vocabulary): MergeTable {
  const grows = vocabulary.entries.count === 0;
  if (grows) for (const character of [...vocabulary.characters].sort()) vocabulary.addSpelling(character);
  const list = mergeList(file, vocabulary, lines.length, grows);
  if (!lines.some((line) => /^[^#]+ /.test(line))) throw unreadable(file, 'lines', 'two tokens on each');
  for (const [index, line] of lines.entries()) {
    const [left = '', right = '', more] = line.replace('\r', '').split(' ');
    if (left === '#version:' || left + right === '') continue;
    list.add(more === undefined ? left : line, right, `line ${index + 1}`);
  }
  return list.merges;
}
