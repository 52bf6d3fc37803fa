import { type CharacterRanges, lastCodePoint, otherCharacters } from '../characters.js';
import { choice, type GrammarNode, repeat, sequence } from '../node.js';
import { TextReader } from '../text-reader.js';
import { stringCharacter } from './json-text.js';

/** Groups in groups. */
const DEEPEST = 100;
const many = Number.POSITIVE_INFINITY;
const everything: CharacterRanges = [0, lastCodePoint];
const digits: CharacterRanges = [0x30, 0x39];
const word: CharacterRanges = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a];
const white: CharacterRanges = [
  0x09, 0x0d, 0x20, 0x20, 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f, 0x202f, 0x205f,
  0x205f, 0x3000, 0x3000, 0xfeff, 0xfeff,
];
const lineEnds: CharacterRanges = [0x0a, 0x0a, 0x0d, 0x0d, 0x2028, 0x2029];

/**
 * What may stand between the quotes of a JSON string whose text a regular expression matches: characters, classes, `.`, groups,
 * `|`, quantifiers, and `^` and `$` at the ends of the pattern or of its alternatives.
 *
 * @param unsupported called with what is there instead of something that can be read; throws
 *
 * Source: ECMA-262 patterns with the flag `u`
 */
export function patternContent(pattern: string, unsupported: (what: string) => never): GrammarNode {
  return new PatternParser(pattern, unsupported).pattern();
}

class PatternParser {
  readonly #reader: TextReader;
  readonly #unsupported: (what: string) => never;
  #depth = 0;

  constructor(pattern: string, unsupported: (what: string) => never) {
    this.#reader = new TextReader(pattern);
    this.#unsupported = unsupported;
  }

  /** The whole pattern: an alternative that is not anchored has anything around it. */
  pattern(): GrammarNode {
    const anything = repeat(stringCharacter(everything), 0, many);
    const options: GrammarNode[] = [];
    do {
      const before = this.#reader.take('^') ? [] : [anything];
      const inner = this.#terms();
      const after = this.#reader.take('$') ? [] : [anything];
      options.push(sequence(...before, inner, ...after));
    } while (this.#reader.take('|'));
    if (!this.#reader.ended) this.#fail();
    return choice(...options);
  }

  #alternatives(): GrammarNode {
    const options = [this.#terms()];
    while (this.#reader.take('|')) options.push(this.#terms());
    return choice(...options);
  }

  #terms(): GrammarNode {
    const reader = this.#reader;
    const items: GrammarNode[] = [];
    while (!reader.ended && !['|', ')', '$'].some((end) => reader.sees(end)))
      items.push(this.#quantified(this.#term()));
    return sequence(...items);
  }

  #term(): GrammarNode {
    const reader = this.#reader;
    if (reader.take('(')) {
      if (reader.sees('?') && !reader.match(/\?(?::|<(?![=!])[^>]*>)/y)) this.#fail();
      if (++this.#depth > DEEPEST) this.#unsupported(`more than ${DEEPEST} groups in each other`);
      const inner = this.#alternatives();
      if (!reader.take(')')) this.#fail();
      this.#depth--;
      return inner;
    }
    if (reader.take('.')) return stringCharacter(otherCharacters(lineEnds));
    if (reader.take('[')) return stringCharacter(this.#class());
    if (reader.take('\\')) return stringCharacter(this.#escape(false));
    if (/[*+?{}\])^$]/.test(reader.text[reader.at] ?? '')) this.#fail();
    return stringCharacter(this.#one());
  }

  #quantified(item: GrammarNode): GrammarNode {
    const reader = this.#reader;
    const found = reader.match(/(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/y);
    if (!found) return item;
    const [, sign, least, comma, most] = found;
    if (sign !== undefined) return repeat(item, sign === '+' ? 1 : 0, sign === '?' ? 1 : many);
    const min = Number(least);
    const max = comma === '' ? min : most === '' ? many : Number(most);
    return max < min ? this.#unsupported(`{${min},${max}}`) : repeat(item, min, max);
  }

  #class(): CharacterRanges {
    const reader = this.#reader;
    const others = reader.take('^');
    const ranges: number[] = [];
    while (!reader.take(']')) {
      const low = this.#member();
      if (!reader.sees('-]') && reader.take('-')) {
        const high = this.#member();
        if (low.length !== 2 || high.length !== 2 || low[0] !== low[1] || low[0]! > high[0]!) this.#fail();
        ranges.push(low[0]!, high[1]!);
      } else ranges.push(...low);
    }
    return others ? otherCharacters(ranges) : ranges;
  }

  #member(): CharacterRanges {
    return this.#reader.take('\\') ? this.#escape(true) : this.#one();
  }

  #one(): CharacterRanges {
    const code = this.#reader.character();
    return code === undefined ? this.#fail() : [code, code];
  }

  #escape(inClass: boolean): CharacterRanges {
    const reader = this.#reader;
    const code = reader.match(/x([\da-fA-F]{2})|u([\da-fA-F]{4})|u\{([\da-fA-F]{1,6})\}/y);
    if (code) {
      const point = Number.parseInt(code[1] ?? code[2] ?? code[3]!, 16);
      if (point > lastCodePoint || (point >= 0xd800 && point < 0xe000))
        this.#unsupported(`half a character, ${code[0]}`);
      return [point, point];
    }
    const letter = reader.text[reader.at] ?? '';
    const set = { d: digits, w: word, s: white }[letter.toLowerCase()];
    const control = { n: 0x0a, r: 0x0d, t: 0x09, f: 0x0c, v: 0x0b, 0: 0 }[letter];
    if (set === undefined && control === undefined && !/[^\w\s]/.test(letter) && !(inClass && letter === 'b'))
      this.#fail();
    reader.at++;
    if (set !== undefined) return letter === letter.toLowerCase() ? set : otherCharacters(set);
    const point = letter === 'b' ? 0x08 : (control ?? letter.charCodeAt(0));
    return [point, point];
  }

  #fail(): never {
    return this.#unsupported(this.#reader.shown);
  }
}
