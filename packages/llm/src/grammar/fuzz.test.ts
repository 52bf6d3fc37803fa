import { InternVLError } from '@internvl/backend';
import { expect, test } from 'vitest';
import { seededRandom } from '../sampling/seeded-random.js';
import { draw, pieceVocabulary } from '../testing/grammar-texts.js';
import type { Grammar } from './grammar.js';
import { jsonSchemaGrammar } from './json/json-schema-grammar.js';
import { parseGrammar } from './parse-grammar.js';

/* Anything at all is either taken, and then what is drawn fits, or refused with an error of ours. */

const pieces = pieceVocabulary();
const codes = ['schema-unsupported', 'grammar-invalid', 'grammar-too-complex'];
const keywords = [
  ...['type', 'enum', 'const', 'anyOf', 'oneOf', 'allOf', '$ref', '$defs', 'properties', 'required', 'not'],
  ...[
    'additionalProperties',
    'items',
    'prefixItems',
    'minItems',
    'maxItems',
    'minLength',
    'maxLength',
    'pattern',
  ],
  ...['format', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'title', 'a', '__proto__'],
];
const leaves = [
  ...[
    null,
    true,
    false,
    0,
    1,
    -1,
    2.5,
    1e300,
    '',
    'a',
    'string',
    'object',
    'array',
    'integer',
    'number',
    '#',
    '#/$defs/a',
  ],
  ...['^a+$', '[a-', '(a|b)*', 'date', '#/properties/a', '%', '\ud800'],
];

function random(seed: number) {
  const next = seededRandom(seed);
  const below = (count: number) => Math.floor(next() * count);
  const pick = <T>(list: readonly T[]) => list[below(list.length)]!;
  return { below, pick };
}

function anything({ below, pick }: ReturnType<typeof random>, depth: number): unknown {
  const kind = below(10);
  if (depth === 0 || kind < 3) return pick(leaves);
  if (kind < 5) return Array.from({ length: below(4) }, () => anything({ below, pick }, depth - 1));
  return Object.fromEntries(
    Array.from({ length: below(4) }, () => [pick(keywords), anything({ below, pick }, depth - 1)]),
  );
}

/** Draws from what `make` makes; gives whether there was something. */
function survives(make: () => Grammar, check: (text: string) => void): boolean {
  try {
    const grammar = make();
    const { bytes, complete } = draw(grammar, pieces, 1, 60);
    if (complete) check(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return true;
  } catch (error) {
    if (!InternVLError.is(error) || !codes.includes(error.code)) throw error;
    return false;
  }
}

test('schemas', () => {
  let taken = 0;
  for (let seed = 0; seed < 800; seed++) {
    const schema = anything(random(seed), 4);
    // What comes out of JSON.parse may be anything.
    const make = () => jsonSchemaGrammar(JSON.parse(JSON.stringify(schema)));
    if (survives(make, (text) => JSON.parse(text))) taken++;
  }
  expect(taken).toBeGreaterThan(30);
});

/** With the flag `u`, unless it escapes what that flag wants bare. */
function regExp(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u');
  } catch {
    return new RegExp(pattern);
  }
}

test('patterns', () => {
  const parts = [
    'a',
    'é',
    '\\',
    'd',
    '[',
    ']',
    '(',
    ')',
    '?',
    ':',
    '*',
    '+',
    '{2}',
    '{1,',
    '|',
    '^',
    '$',
    '-',
    '.',
    'u0041',
    '"',
  ];
  let taken = 0;
  for (let seed = 0; seed < 800; seed++) {
    const { below, pick } = random(seed);
    const pattern = Array.from({ length: below(8) }, () => pick(parts)).join('');
    const make = () => jsonSchemaGrammar({ type: 'string', pattern });
    if (survives(make, (text) => expect(JSON.parse(text)).toMatch(regExp(pattern)))) taken++;
  }
  expect(taken).toBeGreaterThan(60);
});

test('grammars', () => {
  const parts = [
    'root ',
    '::= ',
    '"a" ',
    '[a-z] ',
    '[^',
    ']',
    '( ',
    ') ',
    '* ',
    '+',
    '{2}',
    '{0,3} ',
    '| ',
    'b ',
    '\n',
    '# c\n',
    '"',
    '\\',
    '. ',
  ];
  let taken = 0;
  for (let seed = 0; seed < 1000; seed++) {
    const { below, pick } = random(seed);
    const text = `root ::= ${Array.from({ length: below(10) }, () => pick(parts)).join('')}`;
    if (
      survives(
        () => parseGrammar(text),
        () => {},
      )
    )
      taken++;
  }
  expect(taken).toBeGreaterThan(60);
});

test('schemas as deep as they please', () => {
  for (const open of ['{"items":', '{"const":[', '{"anyOf":[', '{"properties":{"a":']) {
    const close = open.replaceAll(/[^[{]/g, '').replaceAll('[', ']').replaceAll('{', '}');
    const reversed = [...close].reverse().join('');
    const text = `${open.repeat(3000)}1${reversed.repeat(3000)}`;
    expect(() => jsonSchemaGrammar(JSON.parse(text))).toThrow(
      expect.objectContaining({ code: 'schema-unsupported' }),
    );
  }
  const value = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`);
  const looped: Record<string, unknown> = {};
  looped.items = looped;
  expect(() => jsonSchemaGrammar(looped)).toThrow(expect.objectContaining({ code: 'schema-unsupported' }));
  expect(
    survives(
      () => jsonSchemaGrammar({ const: value }),
      () => {},
    ),
  ).toBeDefined();
});

test('many values that begin alike', () => {
  const values = Array.from({ length: 500 }, (_, length) => 'a'.repeat(length));
  expect(
    survives(
      () => jsonSchemaGrammar({ enum: values }),
      (text) => expect(values).toContain(JSON.parse(text)),
    ),
  ).toBe(true);
});
