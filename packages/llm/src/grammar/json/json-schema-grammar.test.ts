import { describe, expect, test } from 'vitest';
import { draw, pieceVocabulary, reading } from '../../testing/grammar-texts.js';
import type { JsonSchema } from './json-schema.js';
import { jsonSchemaGrammar } from './json-schema-grammar.js';

const pieces = pieceVocabulary();

/** Schemas, with JSON that is written for them, and JSON that is not. */
const cases: readonly (readonly [
  schema: JsonSchema,
  written: readonly string[],
  others: readonly string[],
])[] = [
  [{ type: 'null' }, ['null'], ['nul', '0']],
  [{ type: 'boolean' }, ['true', 'false'], ['null']],
  [{ type: ['boolean', 'null'] }, ['true', 'null'], ['0']],
  [{ const: { a: [1, null] } }, ['{"a":[1,null]}'], ['{"a":[1]}']],
  [{ enum: ['a', 'ab', '图', 'a"b', 3] }, ['"a"', '"ab"', '"图"', '"a\\"b"', '3'], ['"b"', '"']],
  [{ enum: ['a', 3, null], type: ['string', 'null'] }, ['"a"', 'null'], ['3']],
  [{ type: 'string' }, ['""', '"a\\n\\u00e9\\"图🙂"'], ['"\n"', '"\\x"', '"\\ud83d"', '"a', "'a'"]],
  [{ type: 'string', minLength: 2, maxLength: 3 }, ['"ab"', '"图🙂\\n"'], ['"a"', '"abcd"']],
  [{ type: 'string', maxLength: 0 }, ['""'], ['"a"']],
  [{ type: 'string', pattern: '^a+b?$' }, ['"a"', '"aab"'], ['"ab "', '""']],
  [{ type: 'string', pattern: 'b|^c$' }, ['"b"', '"abc"', '"c"'], ['"cc"', '""']],
  [
    { type: 'string', pattern: '^(?:\\d{2}[-/]){2}\\w*?$' },
    ['"12-34/"', '"12/34/a_"'],
    ['"12-34"', '"1-2-"'],
  ],
  [{ type: 'string', pattern: '^["\\\\\\n]$' }, ['"\\""', '"\\\\"', '"\\n"'], ['"n"', '"""']],
  [{ type: 'string', pattern: '^[^a-y\\s]{2}.$' }, ['"z1!"', '"图🙂é"'], ['"az1"', '" z1"', '"z1\\n"']],
  [{ type: 'string', format: 'date' }, ['"2024-02-28"', '"1999-12-31"'], ['"2024-02-30"', '"2024-13-01"']],
  [{ type: 'string', format: 'date-time' }, ['"2024-02-28T23:59:59.5Z"'], ['"2024-02-28 23:59:59Z"']],
  [{ type: 'string', format: 'email' }, ['"a.b@c-d.org"'], ['"a@b"', '"@b.org"']],
  [{ type: 'string', format: 'uri' }, ['"https://a.org/b?c=d"'], ['"a.org"']],
  [{ type: 'string', format: 'ipv4' }, ['"127.0.0.1"'], ['"256.0.0.1"', '"01.2.3.4"']],
  [{ type: 'integer' }, ['0', '-12', '9007199254740991'], ['01', '1.0', '', '-', '9007199254740992']],
  [{ type: 'integer', minimum: 1, maximum: 120 }, ['1', '99', '100', '120'], ['0', '121', '-1', '07']],
  [{ type: 'integer', minimum: -15, exclusiveMaximum: 3 }, ['-15', '-9', '0', '2'], ['-16', '3', '-0']],
  [{ type: 'integer', minimum: -20, maximum: -8 }, ['-20', '-19', '-8'], ['-7', '-21', '8']],
  [{ type: 'integer', minimum: 0.5, exclusiveMinimum: 1 }, ['2', '11'], ['1', '0']],
  [{ type: 'number' }, ['0', '-1.50', '12e-7', '3.1E+2'], ['.5', '1.', '1e', '+1', '00']],
  [
    { type: 'number', minimum: 0, maximum: 1 },
    ['0', '0.0', '0.75', '1', '1.000'],
    ['1.01', '-0.5', '2', '1e0'],
  ],
  [
    { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 10 },
    ['0.01', '9.99', '5'],
    ['0', '0.0', '10', '10.0'],
  ],
  [
    { minimum: -2.5, maximum: 0.25 },
    ['-2.5', '-2.49', '-0.0', '0', '0.2', '0.25', '0.2500'],
    ['-2.51', '0.26', '-3', '0.3'],
  ],
  [{ type: 'number', minimum: 99.5 }, ['99.5', '100', '1234.5'], ['99.49', '99', '9']],
  [{ type: 'number', maximum: -1 }, ['-1', '-1.5', '-20'], ['-0.9', '1', '0']],
  [{ type: 'array' }, ['[]', '[1, "a",[null]]', '[\n  1,\n  2\n]'], ['[1,]', '[1 2]', '[,]']],
  [
    { type: 'array', items: { type: 'null' }, minItems: 1, maxItems: 2 },
    ['[null]', '[null, null]'],
    ['[]', '[null,null,null]'],
  ],
  [{ type: 'array', items: { type: 'null' }, maxItems: 0 }, ['[]', '[ ]'], ['[null]']],
  [{ type: 'array', prefixItems: [{ const: 1 }, { const: 2 }] }, ['[1,2]'], ['[1]', '[1,2,3]']],
  [
    { prefixItems: [{ const: 1 }], items: { const: 2 }, maxItems: 3 },
    ['[1]', '[1,2,2]'],
    ['[1,2,2,2]', '[2]'],
  ],
  [{ type: 'array', prefixItems: [{ const: 1 }, { const: 2 }], maxItems: 1 }, ['[1]'], ['[1,2]', '[]']],
  [{ type: 'object' }, ['{}', '{ "a": {"b":[]}, "a":1}'], ['{a:1}', '{"a":1,}']],
  [
    { properties: { a: { const: 1 }, b: { const: 2 }, c: { const: 3 } }, required: ['b'] },
    ['{"b":2}', '{"a":1,"b":2,"c":3}', '{"b": 2, "c": 3}'],
    ['{}', '{"a":1}', '{"b":2,"a":1}', '{"b":2,"d":1}', '{"a":1 "b":2}', '{,"b":2}'],
  ],
  [
    { properties: { a: { const: 1 }, b: { const: 2 } } },
    ['{}', '{"a":1}', '{"b":2}', '{"a":1,"b":2}'],
    ['{,}'],
  ],
  [
    { properties: { ab: { const: 1 } }, additionalProperties: { const: 2 } },
    ['{}', '{"ab":1}', '{"ab":1,"a":2,"abc":2}', '{"":2}', '{"b":2}'],
    ['{"ab":2}', '{"a":1}', '{"\\u0061b":2}'],
  ],
  [{ properties: {}, required: ['x"y'] }, ['{"x\\"y":[]}'], ['{}']],
  [{ properties: { a: false, b: { const: 1 } } }, ['{}', '{"b":1}'], ['{"a":1}']],
  [{ additionalProperties: { const: 1 } }, ['{}', '{"a":1,"b":1}'], ['{"a":2}']],
  [
    { propertyNames: { type: 'string' }, additionalProperties: { const: 1 } },
    ['{}', '{"a":1}'],
    ['{1:1}', '{"a":2}'],
  ],
  [
    { propertyNames: { pattern: '^a+$' }, additionalProperties: { const: 1 } },
    ['{}', '{"aa":1}'],
    ['{"b":1}'],
  ],
  [
    { propertyNames: { enum: ['a', 'b', 'c'] }, additionalProperties: { const: 1 }, required: ['b'] },
    ['{"b":1}', '{"b":1,"c":1,"a":1}'],
    ['{}', '{"a":1}', '{"b":1,"d":1}', '{"b":1,"b":1}'],
  ],
  [{ type: 'object', additionalProperties: false }, ['{}'], ['{"a":1}']],
  [{ anyOf: [{ type: 'null' }, { const: 1 }] }, ['null', '1'], ['2']],
  [{ oneOf: [{ type: 'null' }, { allOf: [{ const: 1 }] }] }, ['null', '1'], ['2']],
  [true, ['1', '[{"a":null}]'], ['']],
  [{ title: 'anything', description: '…' }, ['"x"', '{}'], ['x']],
  [
    {
      $ref: '#/$defs/list',
      $defs: { list: { properties: { next: { $ref: '#/$defs/list' } }, additionalProperties: false } },
    },
    ['{}', '{"next":{"next":{}}}'],
    ['{"next":1}'],
  ],
  [
    {
      anyOf: [{ type: 'array', items: { $ref: '#' } }, { $ref: '#/definitions/a~1b%20c' }],
      definitions: { 'a/b c': { const: 0 } },
    },
    ['0', '[0,[[],0]]'],
    ['1'],
  ],
  [{ anyOf: [{ $ref: '#' }, { const: 1 }] }, ['1'], ['2']],
];

describe('what is written for a schema', () => {
  test.each(cases)('%j', (schema, written, others) => {
    const grammar = jsonSchemaGrammar(schema);
    for (const text of written) expect([text, reading(grammar, text)]).toEqual([text, 'complete']);
    for (const text of others) expect([text, reading(grammar, text)]).not.toEqual([text, 'complete']);
  });

  test('without a schema, any object', () => {
    expect(reading(jsonSchemaGrammar(), '{"a":[1]}')).toBe('complete');
    expect(reading(jsonSchemaGrammar(), '1')).toBe('wrong');
  });
});

describe('random answers parse, or are the beginning of one that does', () => {
  test.each(cases)('%j', (schema) => {
    const grammar = jsonSchemaGrammar(schema);
    for (let seed = 0; seed < 3; seed++) {
      const { bytes, complete } = draw(grammar, pieces, seed, 150);
      if (complete) JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
      if (complete) expect(reading(grammar, bytes)).toBe('complete');
      else expect(reading(grammar, bytes)).not.toBe('wrong');
    }
  });
});

describe('numbers keep to their bounds', () => {
  const bounds: readonly (readonly [least: number, most: number])[] = [
    [0, 9],
    [7, 1234],
    [-1000, 1000],
    [-7, -3],
    [0.5, 12.25],
    [-0.001, 0.001],
    [99, 101],
    [-12.5, 300],
    [5, 5],
  ];
  test.each(bounds)('from %d to %d', (least, most) => {
    for (const exclusive of [false, true]) {
      if (exclusive && least === most) continue;
      const keywords = exclusive ? ['exclusiveMinimum', 'exclusiveMaximum'] : ['minimum', 'maximum'];
      const schema = { type: 'number', [keywords[0]!]: least, [keywords[1]!]: most };
      const grammar = jsonSchemaGrammar(schema);
      for (let seed = 0; seed < 25; seed++) {
        const { bytes, complete } = draw(grammar, pieces, seed);
        const value = Number(new TextDecoder().decode(bytes));
        expect(complete).toBe(true);
        expect(exclusive ? value > least && value < most : value >= least && value <= most).toBe(true);
      }
      for (let value = Math.ceil(least) - 2; value <= Math.min(most + 2, least + 1500); value++) {
        const inside = exclusive ? value > least && value < most : value >= least && value <= most;
        expect([value, reading(grammar, String(value)) === 'complete']).toEqual([value, inside]);
      }
    }
  });
});

describe('what is not supported is told by its JSON pointer', () => {
  test.each<[JsonSchema, string]>([
    [{ type: 'array', uniqueItems: true }, '/uniqueItems'],
    [
      { properties: { 'a/b': { type: 'object', patternProperties: {} } } },
      '/properties/a~1b/patternProperties',
    ],
    [{ type: 'integer', multipleOf: 2 }, '/multipleOf'],
    [{ not: {} }, '/not'],
    [{ items: { if: {} } }, '/items/if'],
    [{ allOf: [{}, {}] }, '/allOf'],
    [{ anyOf: [{ const: 1 }, { made: 'up' }] }, '/anyOf/1/made'],
    [{ anyOf: [{ const: 1 }], type: 'integer' }, '/type'],
    [{ $ref: '#/$defs/a', minimum: 1 }, '/minimum'],
    [{ $ref: '#/$defs/a' }, '/$ref'],
    [{ $ref: 'other.json' }, '/$ref'],
    [{ $defs: { a: { format: 'regex' } }, $ref: '#/$defs/a' }, '/$defs/a/format'],
    [{ type: 'string', pattern: '^(?=a)' }, '/pattern'],
    [{ type: 'string', pattern: '(a)\\1' }, '/pattern'],
    [{ type: 'string', pattern: '\\bword' }, '/pattern'],
    [{ type: 'string', pattern: '[a' }, '/pattern'],
    [{ type: 'string', pattern: 'a', maxLength: 3 }, '/maxLength'],
    [{ type: 'string', minLength: -1 }, '/minLength'],
    [{ type: 'number', minimum: 1e-9 }, '/minimum'],
    [{ type: 'integer', minimum: 1e300 }, '/minimum'],
    [{ type: 'strange' }, '/type'],
    [{ properties: [] }, '/properties'],
    [
      { properties: { a: {} }, propertyNames: { maxLength: 3 }, additionalProperties: true },
      '/propertyNames',
    ],
    [{ propertyNames: { type: 'number' } }, '/propertyNames/type'],
    [{ properties: { a: 1 } }, '/properties/a'],
    [{ required: ['a', 1] }, '/required/1'],
    [{ items: [{}] }, '/items'],
    [{ prefixItems: [{}, 1] }, '/prefixItems/1'],
    [{ enum: 'a' }, '/enum'],
    // Nothing is valid by these.
    [false, ''],
    [{ enum: [] }, ''],
    [{ $ref: '#' }, ''],
    [{ type: 'integer', minimum: 3, maximum: 2 }, ''],
    [{ type: 'integer', minimum: 0.2, maximum: 0.8 }, ''],
    [{ type: 'string', minLength: 3, maxLength: 2 }, ''],
    [{ type: 'array', items: { const: 1 }, minItems: 1, maxItems: 0 }, ''],
    [{ properties: { a: false }, required: ['a'] }, ''],
    [{ properties: { a: { $ref: '#' } }, required: ['a'] }, ''],
    [{ required: ['a'], additionalProperties: false }, ''],
  ])('%j', (schema, pointer) => {
    expect(() => jsonSchemaGrammar(schema)).toThrow(
      expect.objectContaining({ code: 'schema-unsupported', facts: expect.objectContaining({ pointer }) }),
    );
  });

  test('schemas that nest without end', () => {
    let schema: JsonSchema = { type: 'null' };
    for (let depth = 0; depth < 150; depth++) schema = { items: schema };
    expect(() => jsonSchemaGrammar(schema)).toThrow(expect.objectContaining({ code: 'schema-unsupported' }));
  });
});
