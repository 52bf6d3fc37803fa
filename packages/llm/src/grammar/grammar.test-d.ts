import { expectTypeOf, test } from 'vitest';
import type { ChoiceOptions, ConstraintFactory, TokenConstraint } from '../index.js';
import {
  constrain,
  type Grammar,
  type JsonSchema,
  jsonSchemaGrammar,
  parseGrammar,
  type TokenVocabulary,
  tokenVocabulary,
} from './index.js';

test('a schema or a grammar becomes an option of generate', () => {
  expectTypeOf(jsonSchemaGrammar).returns.toEqualTypeOf<Grammar>();
  expectTypeOf(parseGrammar).returns.toEqualTypeOf<Grammar>();
  expectTypeOf(tokenVocabulary).returns.toEqualTypeOf<TokenVocabulary>();
  expectTypeOf(constrain).returns.toEqualTypeOf<ConstraintFactory>();
  expectTypeOf<ConstraintFactory>().toExtend<ChoiceOptions['constraint']>();
});

test('schemas may be written as constants', () => {
  const schema = { type: 'object', properties: { a: { enum: [1, 'b', null] } }, required: ['a'] } as const;
  expectTypeOf(schema).toExtend<JsonSchema>();
  expectTypeOf<boolean>().toExtend<JsonSchema>();
  expectTypeOf<string>().not.toExtend<JsonSchema>();
});

test('a constraint of your own', () => {
  expectTypeOf<() => { mask(): void; accept(): void; done: boolean }>().toExtend<ConstraintFactory>();
  expectTypeOf<TokenConstraint['mask']>().parameter(0).toEqualTypeOf<Float32Array>();
});
