import { unreadable } from '../error.js';
import type { Split } from '../model/byte-words.js';

/**
 * Cuts at the matches of a regular expression; what lies between two matches is a word too. The syntax is that of the Rust library
 * (Oniguruma): `\s` becomes Unicode White_Space, `(?i:…)` is spelt out for ASCII, possessive quantifiers become greedy ones, which
 * match the same in the published split patterns.
 *
 * @throws `tokenizer-unreadable` for a pattern that JavaScript cannot express
 */
export function patternSplit(file: string, source: string): Split {
  const body = source
    .replace(/\(\?i:([^()]*)\)/g, (_, inner: string) => `(?:${inner.replace(/[A-Za-z]/g, bothCases)})`)
    .replace(/\\s/g, '\\p{White_Space}')
    .replace(/\\S/g, '\\P{White_Space}')
    .replace(/([?+*}])\+/g, '$1');
  let pattern: RegExp;
  try {
    pattern = new RegExp(body, 'gu');
  } catch (cause) {
    throw unreadable(file, 'split pattern', `expected one that JavaScript can express, got ${source}`, {
      unsupported: source,
      cause,
    });
  }
  return (text, from) => {
    pattern.lastIndex = from;
    let match = pattern.exec(text);
    while (match?.[0] === '') {
      pattern.lastIndex++;
      match = pattern.exec(text);
    }
    if (!match) return text.length;
    return match.index > from ? match.index : from + match[0].length;
  };
}

function bothCases(character: string): string {
  return `[${character.toLowerCase()}${character.toUpperCase()}]`;
}
