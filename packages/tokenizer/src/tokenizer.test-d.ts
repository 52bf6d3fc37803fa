import { expectTypeOf, test } from 'vitest';
import { type Encoding, loadTokenizer, type Tokenizer } from './index.js';
import { buildPrompt, conversationTemplate, type Prompt } from './templates.js';

test('files in, a tokenizer out', () => {
  expectTypeOf(loadTokenizer).returns.toEqualTypeOf<Tokenizer>();
  expectTypeOf<Tokenizer['encode']>().returns.toEqualTypeOf<Encoding>();
  expectTypeOf<Encoding['ids']>().toEqualTypeOf<readonly number[]>();
});

test('added tokens are parsed, text, or a list', () => {
  expectTypeOf<NonNullable<NonNullable<Parameters<Tokenizer['encode']>[1]>['addedTokens']>>().toEqualTypeOf<
    'parse' | 'text' | readonly string[]
  >();
});

test('a prompt is ids and slots', () => {
  expectTypeOf(buildPrompt).returns.toEqualTypeOf<Prompt>();
  expectTypeOf(conversationTemplate).parameter(0).toBeString();
});
