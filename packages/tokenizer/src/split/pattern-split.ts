import { unreadable } from '../error.js';
import type { Split } from '../model/byte-words.js';

/**
 * Cuts at the matches of a regular expression; what lies between two matches is a word too. The syntax is that of the references: `\s` is
 * Unicode's White_Space (U+0085 is in it, U+FEFF is not), and `(?i:…)` folds case, also U+017F for an s, which all of them do.
 *
 * @throws `tokenizer-unreadable` for a pattern that JavaScript cannot express
 */
export function patternSplit(file: string, source: string): Split {
  const bothCases = (letter: string): string =>
    `[${letter}${letter.toUpperCase()}${letter === 's' ? '\u017f' : ''}]`;
  const body = source
    .replace(/\(\?i:(.*?)\)/g, (_, inner: string) => `(?:${inner.replace(/[a-z]/g, bothCases)})`)
    .replace(/\\s/gi, (one) => `\\${one === '\\s' ? 'p' : 'P'}{White_Space}`);
  try {
    const here = new RegExp(body, 'uy');
    const behind = new RegExp(body, 'ug');
    return (text, from) => {
      here.lastIndex = from;
      if (here.test(text)) return Math.max(here.lastIndex, from + 1);
      behind.lastIndex = from;
      return behind.exec(text)?.index ?? text.length;
    };
  } catch {
    throw unreadable(file, 'split pattern', 'one for JavaScript', source);
  }
}
