import { mergeSymbols } from './merge-symbols.js';
import type { MergeTable } from './merge-table.js';
import type { Vocabulary } from './vocabulary.js';

/** How a kind of vocabulary cuts text and what the parts of a word are. */
export interface Words {
  /** End of the word that starts at `from`; words follow each other without gaps. */
  next(text: string, from: number): number;
  /** Writes the symbols of a word and returns how many: at most three a UTF-16 unit. Symbols are ids. */
  write(word: string, symbols: Int32Array): number;
}

/** Words kept in the cache are at most this long, in UTF-16 units. */
const longest = 64;

/** Turns a stretch of text without added tokens into ids, word by word. */
export class Model {
  readonly vocabulary: Vocabulary;
  readonly #merges: MergeTable;
  readonly #words: Words;
  readonly #cacheSize: number;
  /** Ids of words seen lately: a number where there is one, as for most words. */
  #cache = new Map<string, number | readonly number[]>();
  #symbols = new Int32Array(256);

  constructor(vocabulary: Vocabulary, merges: MergeTable, words: Words, cacheSize: number) {
    this.vocabulary = vocabulary;
    this.#merges = merges;
    this.#words = words;
    this.#cacheSize = cacheSize;
  }

  /** Appends the ids of a stretch that is already normalised. */
  encode(text: string, ids: number[]): void {
    for (let from = 0, to = 0; from < text.length; from = to) {
      to = this.#words.next(text, from);
      const word = text.slice(from, to);
      const found = this.#cache.get(word) ?? this.#merge(word);
      if (typeof found === 'number') ids.push(found);
      else for (const id of found) ids.push(id);
    }
  }

  #merge(word: string): number | readonly number[] {
    if (3 * word.length > this.#symbols.length) this.#symbols = new Int32Array(6 * word.length);
    const count = mergeSymbols(this.#merges, this.#symbols, this.#words.write(word, this.#symbols));
    const found = count === 1 ? this.#symbols[0]! : Array.from(this.#symbols.subarray(0, count));
    if (word.length <= longest) {
      if (this.#cache.size >= this.#cacheSize) this.#cache = new Map();
      // V8 makes longer slices point into the text they are cut from; a cached word must not keep a whole document alive.
      this.#cache.set(word.length > 12 ? ` ${word}`.slice(1) : word, found);
    }
    return found;
  }
}
