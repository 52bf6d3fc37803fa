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
      if (both < 0) throw unreadable(file, place, 'two tokens that make a known one', [left, right]);
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
export function readMerges(file: string, text: string, vocabulary: Vocabulary): MergeTable {
  const grows = vocabulary.entries.count === 0;
  if (grows) for (const character of [...vocabulary.characters].sort()) vocabulary.addSpelling(character);
  const list = mergeList(file, vocabulary, text.length >> 3, grows);
  if (!/^[^#\n]+ /m.test(text)) throw unreadable(file, 'lines', 'two tokens on each');
  const end = /\r?\n|$/g;
  for (let line = 1, at = 0; at < text.length; line++, at = end.lastIndex) {
    const pair = text.slice(at, end.exec(text)!.index);
    const space = pair.indexOf(' ');
    if (pair && !pair.startsWith('#version:'))
      list.add(pair.slice(0, Math.max(space, 0)), pair.slice(space + 1), `line ${line}`);
  }
  return list.merges;
}
