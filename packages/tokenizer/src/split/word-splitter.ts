import { CharacterClasses, digit, letter, newline, space } from './character-classes.js';
import type { Splitter } from './splitter.js';

/**
 * The pattern of Qwen2 and Llama-3, which differ in how many digits make a word:
 *
 *     (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
 *
 * `\s` is Unicode's White_Space (U+0085 is in it, U+FEFF is not) and the contractions fold ASCII only, as in the Rust library;
 * Python's `regex`, which the slow class uses, also takes U+017F for an s: `longS`.
 */
export class WordSplitter implements Splitter {
  readonly #classes = new CharacterClasses();
  readonly #digits: number;
  readonly #longS: boolean;

  constructor(digits: number, longS: boolean) {
    this.#digits = digits;
    this.#longS = longS;
  }

  next(text: string, from: number): number {
    const first = codeAt(text, from);
    const after = from + width(first);
    const kind = this.#classes.of(first);
    if (kind & letter) return this.#run(text, after, letter, letter);
    if (kind & digit) return this.#digitsEnd(text, after);
    if (first === 0x27) {
      const end = this.#contraction(text, after);
      if (end > 0) return end;
    }
    const second = after < text.length ? codeAt(text, after) : -1;
    const follows = second < 0 ? space : this.#classes.of(second);
    if (follows & letter && !(kind & newline)) return this.#run(text, after + width(second), letter, letter);
    if (!(kind & space)) return this.#symbols(text, after);
    if (first === 0x20 && !(follows & (space | letter | digit)))
      return this.#symbols(text, after + width(second));
    return this.#spaces(text, from);
  }

  /** End of the characters from `at` on whose class, masked, equals `wanted`. */
  #run(text: string, from: number, mask: number, wanted: number): number {
    const classes = this.#classes;
    let at = from;
    while (at < text.length) {
      const code = codeAt(text, at);
      if ((classes.of(code) & mask) !== wanted) break;
      at += width(code);
    }
    return at;
  }

  #digitsEnd(text: string, from: number): number {
    let at = from;
    for (let count = 1; count < this.#digits && at < text.length; count++) {
      const code = codeAt(text, at);
      if (!(this.#classes.of(code) & digit)) break;
      at += width(code);
    }
    return at;
  }

  #symbols(text: string, from: number): number {
    return this.#run(text, this.#run(text, from, letter | digit | space, 0), newline, newline);
  }

  #spaces(text: string, from: number): number {
    const end = this.#run(text, from, space, space);
    for (let at = end; at > from; at--) if (this.#classes.of(text.charCodeAt(at - 1)) & newline) return at;
    return end === text.length || end === from + 1 ? end : end - 1;
  }

  /** End of a contraction whose apostrophe is in front of `at`; 0 when there is none. */
  #contraction(text: string, at: number): number {
    const one = text.charCodeAt(at) | 0x20;
    if (one === 0x73 || one === 0x74 || one === 0x6d || one === 0x64) return at + 1;
    if (this.#longS && text.charCodeAt(at) === 0x17f) return at + 1;
    const two = text.charCodeAt(at + 1) | 0x20;
    const pair =
      (one === 0x72 && two === 0x65) || (one === 0x76 && two === 0x65) || (one === 0x6c && two === 0x6c);
    return pair ? at + 2 : 0;
  }
}

function codeAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return (unit & 0xfc00) === 0xd800 ? text.codePointAt(at)! : unit;
}

function width(code: number): number {
  return code > 0xffff ? 2 : 1;
}
