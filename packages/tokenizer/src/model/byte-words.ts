import type { Words } from './model.js';
import type { Vocabulary } from './vocabulary.js';

/** End of the word of a text that starts at `from`, by a split pattern. */
export type Split = (text: string, from: number) => number;

/**
 * Words of a byte-level vocabulary: a pattern cuts the text, the parts of a word are its bytes.
 *
 * @param wholeWords whether a word that is a token is not merged (`ignore_merges`, and tiktoken)
 * @throws `tokenizer-unreadable` for a vocabulary without some byte
 */
export function byteWords(file: string, vocabulary: Vocabulary, next: Split, wholeWords: boolean): Words {
  const encoder = new TextEncoder();
  const byteIds = vocabulary.byteIds(file);
  return {
    next,
    write(word, symbols) {
      const bytes = encoder.encode(word);
      const whole = wholeWords ? vocabulary.entries.find(bytes, 0, bytes.length) : -1;
      for (let i = 0; i < bytes.length; i++) symbols[i] = byteIds[bytes[i]!]!;
      if (whole < 0) return bytes.length;
      symbols[0] = whole;
      return 1;
    },
  };
}
