import type { Split } from '../model/byte-words.js';

/** Classes of a character, as bits. */
const letter = 1;
const digit = 2;
const space = 4;
const newline = 8;
const classes = [/\p{L}/u, /\p{N}/u, /\p{White_Space}/u, /[\r\n]/];

/**
 * The pattern of Qwen2 and Llama-3, which differ in how many digits make a word:
 *
 *     (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
 *
 * `\s` is Unicode's White_Space (U+0085 is in it, U+FEFF is not) and the contractions fold ASCII only, as in the Rust library;
 * Python's `regex`, which the slow class uses, also takes U+017F for an s: `longS`.
 */
export function wordSplit(digits: number, longS: boolean): Split {
  /** Classes of code points, worked out for blocks of 256 when text first needs them. */
  const blocks: (Uint8Array | undefined)[] = [];
  const classOf = (code: number): number => {
    const block = code >> 8;
    blocks[block] ??= Uint8Array.from({ length: 256 }, (_, low) => {
      const character = String.fromCodePoint(block * 256 + low);
      return classes.reduce((bits, pattern, index) => bits + (pattern.test(character) ? 2 ** index : 0), 0);
    });
    return blocks[block][code & 0xff]!;
  };
  const codeAt = (text: string, at: number): number => {
    const unit = text.charCodeAt(at);
    return unit >> 10 === 0x36 ? text.codePointAt(at)! : unit;
  };
  /** End of at most `most` characters from `at` on whose class, masked, is `wanted`. */
  const run = (text: string, at: number, mask: number, wanted: number, most = text.length): number => {
    for (let left = most; left > 0 && at < text.length; left--) {
      const code = codeAt(text, at);
      if ((classOf(code) & mask) !== wanted) break;
      at += code > 0xffff ? 2 : 1;
    }
    return at;
  };
  const symbols = (text: string, at: number): number =>
    run(text, run(text, at, letter | digit | space, 0), newline, newline);
  /** End of a contraction whose apostrophe is in front of `at`; 0 when there is none. */
  const contraction = (text: string, at: number): number => {
    const one = text.charCodeAt(at);
    const pair = ((one | 0x20) << 8) | (text.charCodeAt(at + 1) | 0x20);
    if (/[stmd]/i.test(text.charAt(at)) || (longS && one === 0x17f)) return at + 1;
    return pair === 0x7265 || pair === 0x7665 || pair === 0x6c6c ? at + 2 : 0;
  };

  return (text, from) => {
    const first = codeAt(text, from);
    const after = from + (first > 0xffff ? 2 : 1);
    const kind = classOf(first);
    if (kind & letter) return run(text, after, letter, letter);
    if (kind & digit) return run(text, after, digit, digit, digits - 1);
    const short = first === 0x27 ? contraction(text, after) : 0;
    if (short > 0) return short;
    const second = codeAt(text, after);
    const follows = after < text.length ? classOf(second) : space;
    if (follows & letter && !(kind & newline)) return run(text, after, letter, letter);
    if (!(kind & space)) return symbols(text, after);
    if (first === 0x20 && !(follows & (space | letter | digit))) return symbols(text, after);
    const end = run(text, after, space, space);
    for (let at = end; at > from; at--) if (classOf(text.charCodeAt(at - 1)) & newline) return at;
    return end === text.length || end === from + 1 ? end : end - 1;
  };
}
