import { InternVLError } from '@internvl/backend';
import { type CharacterRanges, characters, lastCodePoint, otherCharacters } from './characters.js';
import { type Grammar, grammarOf } from './grammar.js';
import { leftRecursiveRule } from './left-recursion.js';
import { choice, type GrammarNode, literal, type RuleNode, repeat, rule, sequence } from './node.js';
import { TextReader } from './text-reader.js';

/** Groups in groups. */
const DEEPEST = 200;

/**
 * Reads a grammar in GBNF, the notation of llama.cpp: rules `name ::= …` whose `root` is the whole answer. A rule has
 * `"text"`, `[a-z]`, `[^"]`, `.` (any character), names of rules, `( … )`, `|`, and behind any of them `*`, `+`, `?`, `{n}`, `{n,}`,
 * `{n,m}`; escapes `\n \r \t \\ \" \[ \] \xHH \uHHHH \UHHHHHHHH`; comments from `#` on. A rule ends where the next begins.
 *
 * @throws `grammar-invalid` with line and column: a mistake, a rule that is missing, one that starts with itself, or no text that
 *   matches.
 */
export function parseGrammar(text: string): Grammar {
  const parser = new GrammarParser(text);
  const root = parser.rules();
  const recursive = leftRecursiveRule(root);
  if (recursive !== undefined) {
    throw invalid(
      text,
      text.length,
      'rules that start with something else',
      `${recursive}, which starts with itself`,
    );
  }
  return grammarOf(root, () =>
    invalid(text, text.length, 'a root that some text matches', 'rules without an end'),
  );
}

class GrammarParser {
  readonly #reader: TextReader;
  readonly #rules = new Map<string, RuleNode>();
  /** Where each rule is first named. */
  readonly #named = new Map<string, number>();
  #depth = 0;

  constructor(text: string) {
    this.#reader = new TextReader(text);
  }

  rules(): RuleNode {
    this.#skip();
    while (!this.#reader.ended) {
      const at = this.#reader.at;
      const [, name] = this.#reader.match(/([\w-]+)\s*::=/y) ?? this.#fail('a rule, name ::= …');
      const made = this.#rule(name!, at);
      if (made.body) throw invalid(this.#reader.text, at, 'each rule once', `${name} again`);
      this.#skip();
      made.body = this.#alternatives();
    }
    const root = this.#rule('root', this.#reader.at);
    for (const [name, { body }] of this.#rules) {
      if (!body) throw invalid(this.#reader.text, this.#named.get(name)!, `a rule ${name} ::= …`, 'none');
    }
    return root;
  }

  #rule(name: string, at: number): RuleNode {
    const known = this.#rules.get(name);
    if (known) return known;
    const made = rule(name);
    this.#rules.set(name, made);
    this.#named.set(name, at);
    return made;
  }

  #alternatives(): GrammarNode {
    const options = [this.#sequence()];
    while (this.#reader.take('|')) {
      this.#skip();
      options.push(this.#sequence());
    }
    return choice(...options);
  }

  #sequence(): GrammarNode {
    const items: GrammarNode[] = [];
    for (let item = this.#item(); item; item = this.#item()) {
      this.#skip();
      items.push(this.#repeated(item));
      this.#skip();
    }
    return sequence(...items);
  }

  /** One thing, or undefined where a sequence ends. */
  #item(): GrammarNode | undefined {
    const reader = this.#reader;
    const { at } = reader;
    if (reader.ended || reader.sees('|') || reader.sees(')')) return undefined;
    if (reader.take('"')) return literal(this.#text());
    if (reader.take('[')) return characters(this.#class());
    if (reader.take('.')) return characters([0, lastCodePoint]);
    if (reader.take('(')) {
      if (++this.#depth > DEEPEST) this.#fail(`at most ${DEEPEST} groups in each other`);
      this.#skip();
      const inner = this.#alternatives();
      if (!reader.take(')')) this.#fail(')');
      this.#depth--;
      return inner;
    }
    const [, name] = reader.match(/([\w-]+)/y) ?? this.#fail('text, a character class, a rule or (');
    if (/\s*::=/y.test(reader.text.slice(reader.at, reader.at + 200))) {
      reader.at = at;
      return undefined;
    }
    return this.#rule(name!, at);
  }

  #repeated(item: GrammarNode): GrammarNode {
    const reader = this.#reader;
    const { at } = reader;
    if (reader.take('*')) return repeat(item, 0, Number.POSITIVE_INFINITY);
    if (reader.take('+')) return repeat(item, 1, Number.POSITIVE_INFINITY);
    if (reader.take('?')) return repeat(item, 0, 1);
    if (!reader.sees('{')) return item;
    const [, least, comma, most] =
      reader.match(/\{\s*(\d+)\s*(,?)\s*(\d*)\s*\}/y) ?? this.#fail('{n}, {n,} or {n,m}');
    const min = Number(least);
    const max = comma === '' ? min : most === '' ? Number.POSITIVE_INFINITY : Number(most);
    if (max < min) throw invalid(reader.text, at, '{n,m} with n up to m', `{${min},${max}}`);
    return repeat(item, min, max);
  }

  #text(): string {
    let text = '';
    while (!this.#reader.take('"')) text += String.fromCodePoint(this.#character('"'));
    return text;
  }

  #class(): CharacterRanges {
    const others = this.#reader.take('^');
    const ranges: number[] = [];
    while (!this.#reader.take(']')) {
      const low = this.#character(']');
      const high = !this.#reader.sees('-]') && this.#reader.take('-') ? this.#character(']') : low;
      if (high < low) this.#fail('a range that goes up');
      ranges.push(low, high);
    }
    return others ? otherCharacters(ranges) : ranges;
  }

  #character(end: string): number {
    const reader = this.#reader;
    if (reader.take('\\')) {
      const code = reader.match(/x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})/y);
      if (code) {
        const point = Number.parseInt(code[1] ?? code[2] ?? code[3]!, 16);
        if (point > lastCodePoint || (point >= 0xd800 && point < 0xe000)) this.#fail('a character');
        return point;
      }
      const [, letter] = reader.match(/([nrt]|[^\w\s])/y) ?? this.#fail('an escape');
      return { n: 0x0a, r: 0x0d, t: 0x09 }[letter!] ?? letter!.charCodeAt(0);
    }
    const code = reader.character();
    return code === undefined || code === 0x0a ? this.#fail(end) : code;
  }

  #skip(): void {
    this.#reader.match(/(?:\s|#.*)*/y);
  }

  #fail(expected: string): never {
    throw invalid(this.#reader.text, this.#reader.at, expected, this.#reader.shown);
  }
}

function invalid(text: string, at: number, expected: string, came: string): InternVLError {
  const before = text.slice(0, at).split('\n');
  const line = before.length;
  const column = before.at(-1)!.length + 1;
  return new InternVLError(
    'grammar-invalid',
    `Line ${line}, column ${column} of the grammar: expected ${expected}, got ${came}; mend the grammar.`,
    { line, column, expected, came },
  );
}
