import { Utf8Writer } from '../bytes/utf8-writer.js';
import { unreadable } from '../error.js';
import type { Splitter } from '../split/splitter.js';
import type { MergeTable } from './merge-table.js';
import { Merger } from './merger.js';
import type { Model } from './model.js';
import type { ByteVocabulary } from './vocabulary.js';
import { WordCache } from './word-cache.js';

export interface ByteModelOptions {
  /** A word that is a token as a whole is not merged (`ignore_merges`, and tiktoken). */
  readonly wholeWords: boolean;
  readonly cacheSize: number;
  /** File to name when a byte has no token. */
  readonly file: string;
}

/** Words kept in the cache are at most this long, in UTF-16 units. */
const longestCached = 64;

/** Byte-level BPE: text is cut into words, the bytes of a word are merged. */
export class ByteModel implements Model {
  readonly vocabulary: ByteVocabulary;
  readonly unknownId = undefined;
  readonly #splitters: readonly Splitter[];
  readonly #merger: Merger;
  readonly #wholeWords: boolean;
  readonly #cache: WordCache;
  readonly #writer = new Utf8Writer();
  readonly #byteIds = new Int32Array(256);
  #symbols = new Int32Array(256);

  constructor(
    vocabulary: ByteVocabulary,
    merges: MergeTable,
    splitters: readonly Splitter[],
    { wholeWords, cacheSize, file }: ByteModelOptions,
  ) {
    this.vocabulary = vocabulary;
    this.#splitters = splitters;
    this.#merger = new Merger(merges);
    this.#wholeWords = wholeWords;
    this.#cache = new WordCache(cacheSize);
    for (let byte = 0; byte < 256; byte++) {
      const id = vocabulary.entries.find(Uint8Array.of(byte), 0, 1);
      if (id < 0)
        throw unreadable(file, `byte ${byte}`, 'expected a token for each of the 256 bytes', { byte });
      this.#byteIds[byte] = id;
    }
  }

  encode(text: string, ids: number[]): void {
    this.#split(text, 0, ids);
  }

  #split(text: string, step: number, ids: number[]): void {
    const splitter = this.#splitters[step];
    if (!splitter) {
      this.#word(text, ids);
      return;
    }
    for (let from = 0; from < text.length; ) {
      const to = splitter.next(text, from);
      const word = text.slice(from, to);
      if (step + 1 === this.#splitters.length) this.#word(word, ids);
      else this.#split(word, step + 1, ids);
      from = to;
    }
  }

  #word(word: string, ids: number[]): void {
    const known = this.#cache.get(word);
    if (typeof known === 'number') ids.push(known);
    else if (known) for (const id of known) ids.push(id);
    else this.#newWord(word, ids);
  }

  #newWord(word: string, ids: number[]): void {
    const length = this.#writer.write(word);
    const bytes = this.#writer.bytes;
    const whole = this.#wholeWords ? this.vocabulary.entries.find(bytes, 0, length) : -1;
    if (whole >= 0) {
      ids.push(whole);
      if (word.length <= longestCached) this.#cache.set(word, whole);
      return;
    }
    if (length > this.#symbols.length) this.#symbols = new Int32Array(2 * length);
    const symbols = this.#symbols;
    for (let i = 0; i < length; i++) symbols[i] = this.#byteIds[bytes[i]!]!;
    const count = this.#merger.merge(symbols, length);
    for (let i = 0; i < count; i++) ids.push(symbols[i]!);
    if (word.length <= longestCached) {
      this.#cache.set(word, count === 1 ? symbols[0]! : Array.from(symbols.subarray(0, count)));
    }
  }
}
