import { expect, test } from 'vitest';
import { draw, pieceVocabulary } from '../testing/grammar-texts.js';
import { jsonSchemaGrammar } from './json/json-schema-grammar.js';
import { parseGrammar } from './parse-grammar.js';

/* The same in a browser, where there is no Node. */

const pieces = pieceVocabulary();
const text = (bytes: Uint8Array) => new TextDecoder('utf-8', { fatal: true }).decode(bytes);

test('answers by a schema parse', () => {
  const schema = {
    properties: {
      name: { type: 'string', maxLength: 8 },
      kind: { enum: ['图形', 'é'] },
      sides: { items: { type: 'integer' }, maxItems: 4 },
    },
    required: ['name', 'kind', 'sides'],
  };
  const grammar = jsonSchemaGrammar(schema);
  for (let seed = 0; seed < 20; seed++) {
    const { bytes, complete } = draw(grammar, pieces, seed);
    expect(complete).toBe(true);
    expect(Object.keys(JSON.parse(text(bytes)))).toEqual(['name', 'kind', 'sides']);
  }
});

test('answers by a grammar match', () => {
  const grammar = parseGrammar('root ::= ("图" | [a-cé]){2,5} "."');
  for (let seed = 0; seed < 20; seed++)
    expect(text(draw(grammar, pieces, seed).bytes)).toMatch(/^[图a-cé]{2,5}\.$/);
});
