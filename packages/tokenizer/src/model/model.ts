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

/** Turns a stretch of text without added tokens into ids, word by word. */
export interface Model {
  readonly vocabulary: Vocabulary;
  /** Appends the ids of a stretch that is already normalised. */
  encode(text: string, ids: number[]): void;
}

/** Words kept in the cache are at most this long, in UTF-16 units, and so many. */
const longest = 64;
const most = 65_536;

/** A model of these words. It remembers the ids of `cacheSize` words, then starts anew. */
export function makeModel(vocabulary: Vocabulary, merges: MergeTable, words: Words): Model {
  /** A number where a word has one id, as most have. */
  const cache = new Map<string, number | readonly number[]>();
  let symbols = new Int32Array(256);
  const merge = (word: string): number | readonly number[] => {
    if (3 * word.length > symbols.length) symbols = new Int32Array(6 * word.length);
    const count = mergeSymbols(merges, symbols, words.write(word, symbols));
    const ids = count === 1 ? symbols[0]! : Array.from(symbols.subarray(0, count));
    if (cache.size >= most) cache.clear();
    // V8 makes longer slices point into the text they are cut from; a cached word must not keep a whole document alive.
    if (word.length <= longest) cache.set(word.length > 12 ? ` ${word}`.slice(1) : word, ids);
    return ids;
  };
  return {
    vocabulary,
    encode(text, ids) {
      for (let from = 0, to = 0; from < text.length; from = to) {
        to = words.next(text, from);
        const word = text.slice(from, to);
        const found = cache.get(word) ?? merge(word);
        if (typeof found === 'number') ids.push(found);
        else for (const id of found) ids.push(id);
      }
    },
  };
}
