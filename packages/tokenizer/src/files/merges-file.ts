import { unreadable } from '../error.js';
import { MergeTable } from '../model/merge-table.js';
import { pieceKind, type Vocabulary } from '../model/vocabulary.js';

/** Merges by the spelling of two tokens, in order of rank. */
export class MergeList {
  readonly merges: MergeTable;
  readonly #file: string;
  readonly #vocabulary: Vocabulary;
  readonly #grows: boolean;
  count = 0;

  /** @param grows whether a merged token that the vocabulary lacks is appended to it */
  constructor(file: string, vocabulary: Vocabulary, merges: number, grows = false) {
    this.#file = file;
    this.#vocabulary = vocabulary;
    this.#grows = grows;
    this.merges = new MergeTable(merges);
  }

  /** @throws `tokenizer-unreadable` for a token that the vocabulary lacks; `place` says where. */
  add(left: string, right: string, place: string): void {
    const vocabulary = this.#vocabulary;
    const { entries } = vocabulary;
    const middle = vocabulary.write(left);
    const end = middle < 0 ? -1 : vocabulary.write(right, middle);
    const find = (from: number, to: number): number =>
      from < to ? entries.find(vocabulary.scratch, from, to) : -1;
    const first = find(0, middle);
    const second = find(middle, end);
    let both = find(0, end);
    if (both < 0 && this.#grows && first >= 0 && second >= 0)
      both = vocabulary.add(vocabulary.scratch, 0, end, pieceKind.normal);
    if (first < 0 || second < 0 || both < 0) {
      const merge = `${left} ${right}`;
      throw unreadable(
        this.#file,
        place,
        `expected two tokens that make one of the vocabulary, got ${JSON.stringify(merge)}`,
        { merge },
      );
    }
    this.merges.add(first, second, this.count++, both);
  }
}

/**
 * Reads `merges.txt`, one pair a line. A vocabulary without tokens gets its ids from it, as GPT-2 and Qwen number them: the 256 bytes,
 * visible ones first, then one id a line.
 *
 * @throws `tokenizer-unreadable` with file and line.
 */
export function readMerges(file: string, lines: readonly string[], vocabulary: Vocabulary): MergeTable {
  const grows = vocabulary.count === 0;
  if (grows) for (const byte of vocabulary.byteOrder) vocabulary.add(Uint8Array.of(byte), 0, 1);
  const list = new MergeList(file, vocabulary, lines.length, grows);
  for (const [index, line] of lines.entries()) {
    const [left = '', right = '', more] = line.replace('\r', '').split(' ');
    if (left === '#version:' || (left === '' && right === '')) continue;
    list.add(more === undefined ? left : '', right, `line ${index + 1}`);
  }
  if (list.count === 0) throw unreadable(file, 'lines', 'expected lines of two tokens');
  return list.merges;
}
