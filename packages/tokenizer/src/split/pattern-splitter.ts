import { TokenizerError } from '../error.js';
import type { Splitter } from './splitter.js';

/** Cuts at the matches of a regular expression; what lies between two matches is a word too. */
export class PatternSplitter implements Splitter {
  readonly #pattern: RegExp;

  /** A pattern in the syntax of the Rust library, or one of our own that needs no translation. */
  constructor(pattern: string | RegExp) {
    this.#pattern = typeof pattern === 'string' ? translate(pattern) : pattern;
  }

  next(text: string, from: number): number {
    const pattern = this.#pattern;
    pattern.lastIndex = from;
    let match = pattern.exec(text);
    while (match && match[0] === '') {
      pattern.lastIndex++;
      match = pattern.exec(text);
    }
    if (!match) return text.length;
    return match.index > from ? match.index : from + match[0].length;
  }
}

/**
 * Rust's (Oniguruma's) regular expressions in JavaScript's syntax: `\s` as Unicode White_Space, `(?i:…)` spelt out for ASCII,
 * possessive quantifiers as greedy ones, which match the same in the published split patterns.
 */
function translate(pattern: string): RegExp {
  const body = pattern
    .replace(/\(\?i:([^()]*)\)/g, (_, inner: string) => `(?:${inner.replace(/[A-Za-z]/g, bothCases)})`)
    .replace(/\\s/g, '\\p{White_Space}')
    .replace(/\\S/g, '\\P{White_Space}')
    .replace(/([?+*}])\+/g, '$1');
  try {
    return new RegExp(body, 'gu');
  } catch (cause) {
    throw new TokenizerError(
      'tokenizer-unreadable',
      `tokenizer.json, pre_tokenizer: cannot use the pattern ${pattern}. Expected one that JavaScript can express.`,
      { file: 'tokenizer.json', place: 'pre_tokenizer', pattern },
      { cause },
    );
  }
}

function bothCases(character: string): string {
  return `[${character.toLowerCase()}${character.toUpperCase()}]`;
}
