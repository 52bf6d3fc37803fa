import { unreadable } from '../error.js';
import type { Words } from './model.js';
import type { Vocabulary } from './vocabulary.js';

/** End of the word of a text that starts at `from`, by a split pattern. */
export type Split = (text: string, from: number) => number;

/** Words of a byte-level vocabulary: a pattern cuts the text, the parts of a word are its bytes. */
export class ByteWords implements Words {
  readonly next: Split;
  readonly #vocabulary: Vocabulary;
  readonly #encoder = new TextEncoder();
  readonly #wholeWords: boolean;
  readonly #byteIds: readonly number[];

  /**
   * @param wholeWords whether a word that is a token is not merged (`ignore_merges`, and tiktoken)
   * @throws `tokenizer-unreadable` for a vocabulary without some byte
   */
  constructor(file: string, vocabulary: Vocabulary, next: Split, wholeWords: boolean) {
    this.next = next;
    this.#vocabulary = vocabulary;
    this.#wholeWords = wholeWords;
    this.#byteIds = Array.from({ length: 256 }, (_, byte) => {
      const id = vocabulary.entries.find(Uint8Array.of(byte), 0, 1);
      if (id < 0) throw unreadable(file, `byte ${byte}`, 'expected a token for each byte', { byte });
      return id;
    });
  }

  write(word: string, symbols: Int32Array): number {
    const bytes = this.#encoder.encode(word);
    const whole = this.#wholeWords ? this.#vocabulary.entries.find(bytes, 0, bytes.length) : -1;
    if (whole < 0) {
      for (let i = 0; i < bytes.length; i++) symbols[i] = this.#byteIds[bytes[i]!]!;
      return bytes.length;
    }
    symbols[0] = whole;
    return 1;
  }
}
