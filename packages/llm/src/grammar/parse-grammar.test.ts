import { describe, expect, test } from 'vitest';
import { draw, pieceVocabulary, reading } from '../testing/grammar-texts.js';
import { parseGrammar } from './parse-grammar.js';

const pieces = pieceVocabulary();

describe('what a grammar matches', () => {
  const cases: readonly (readonly [
    grammar: string,
    complete: readonly string[],
    others: readonly string[],
  ])[] = [
    ['root ::= "yes" | "no"', ['yes', 'no'], ['', 'ye', 'yesno', 'y\n']],
    ['root ::= ""', [''], ['a']],
    ['root ::= [a-c]+ "-" [^a-c\\n]*', ['a-', 'cab-dé图🙂'], ['-', 'd-', 'a-a', 'a-\n']],
    ['root ::= .', ['a', '\n', 'é', '图', '🙂'], ['', 'ab']],
    ['root ::= "a"? ("b" "c"){2}', ['bcbc', 'abcbc'], ['abc', 'bcbcbc']],
    ['root ::= [0-9]{2,3} [0-9]{1,}', ['123', '123456'], ['12', '']],
    ['root ::= "\\x41\\u00e9\\U0001F642\\n\\"\\\\"', ['Aé🙂\n"\\'], ['A']],
    ['root ::= [\\]\\-x]+', [']-x'], ['a']],
    ['# numbers\nroot ::= item ("," item)* # list\nitem ::=\n  "1" |\n  "2"', ['1', '1,2,1'], ['1,', '12']],
    ['root ::= "(" root ")" | "x"', ['x', '((x))'], ['((x)', '(x))']],
    ['root ::= a b\na ::= "a"*\nb ::= a "b"', ['b', 'aaab'], ['a', 'ba']],
    ['root ::= [Ѐ-ӿ]{1,2}', ['п', 'пр'], ['a', 'при']],
  ];
  test.each(cases)('%j', (text, complete, others) => {
    const grammar = parseGrammar(text);
    for (const match of complete) expect([match, reading(grammar, match)]).toEqual([match, 'complete']);
    for (const other of others) expect([other, reading(grammar, other)]).not.toEqual([other, 'complete']);
  });

  test('bytes that are no UTF-8 are in no class', () => {
    const grammar = parseGrammar('root ::= .*');
    for (const bytes of [
      [0x80],
      [0xc0, 0x80],
      [0xe0, 0x80, 0x80],
      [0xed, 0xa0, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0xff],
    ])
      expect(reading(grammar, Uint8Array.from(bytes))).toBe('wrong');
    expect(reading(grammar, Uint8Array.of(0xf4, 0x8f, 0xbf))).toBe('beginning');
  });

  test('a part that leads nowhere is never entered', () => {
    const grammar = parseGrammar('root ::= "a" endless | "b"\nendless ::= "x" endless');
    expect([reading(grammar, 'a'), reading(grammar, 'b')]).toEqual(['wrong', 'complete']);
  });
});

describe('drawn texts', () => {
  const grammars = {
    'nested lists': 'root ::= "[" (root ("," root)*)? "]" | [a-z图é]{1,3}',
    'a counted repetition of counted repetitions': 'root ::= (("ab" | "a"){2,5} ";"){3,40}',
    'everything ambiguous': 'root ::= ("a" | "aa" | "aaa" "b"?)* "ab"?',
    'a long name': `root ::= "${'x'.repeat(50)}" [0-9]{20,300}`,
  };
  for (const [name, text] of Object.entries(grammars)) {
    const grammar = parseGrammar(text);
    test.each(Array.from({ length: 25 }, (_, seed) => seed))(`${name}, seed %i`, (seed) => {
      const { bytes, complete } = draw(grammar, pieces, seed);
      expect(reading(grammar, bytes)).not.toBe('wrong');
      if (complete) expect(reading(grammar, bytes)).toBe('complete');
    });
  }

  test('most of them end', () => {
    const grammar = parseGrammar(grammars['nested lists']);
    const ended = Array.from({ length: 25 }, (_, seed) => draw(grammar, pieces, seed)).filter(
      ({ complete }) => complete,
    );
    expect(ended.length).toBeGreaterThan(15);
  });
});

describe('mistakes are told with their place', () => {
  test.each<[string, number, number, string]>([
    ['root := "a"', 1, 1, 'a rule, name ::= …'],
    ['root ::= "a', 1, 12, '"'],
    ['root ::= [a', 1, 12, ']'],
    ['root ::= [b-a]', 1, 14, 'a range that goes up'],
    ['root ::= ("a"\n', 2, 1, ')'],
    ['root ::= "a" )', 1, 14, 'a rule, name ::= …'],
    ['root ::= "\\q"', 1, 12, 'an escape'],
    ['root ::= [\\uD800]', 1, 17, 'a character'],
    ['root ::= "a"{x}', 1, 13, '{n}, {n,} or {n,m}'],
    ['root ::= "a"{3,2}', 1, 13, '{n,m} with n up to m'],
    ['root ::= "a"\nroot ::= "b"', 2, 1, 'each rule once'],
    ['root ::= "a"\n  | other', 2, 5, 'a rule other ::= …'],
    ['item ::= "a"', 1, 13, 'a rule root ::= …'],
    ['', 1, 1, 'a rule root ::= …'],
    ['root ::= root "a" | "b"', 1, 24, 'rules that start with something else'],
    ['root ::= a\na ::= "x"* b\nb ::= root "y" | "z"', 3, 21, 'rules that start with something else'],
    ['root ::= "x" root', 1, 18, 'a root that some text matches'],
    [`root ::= ${'('.repeat(300)}`, 1, 211, 'at most 200 groups in each other'],
  ])('%j', (text, line, column, expected) => {
    expect(() => parseGrammar(text)).toThrow(
      expect.objectContaining({
        code: 'grammar-invalid',
        facts: expect.objectContaining({ line, column, expected }),
      }),
    );
  });
});
