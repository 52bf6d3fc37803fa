import { expectTypeOf, test } from 'vitest';
import type { FlagName, OptionTable, TextName } from './option-table.js';
import type { OptionsOf } from './options.js';

const table = {
  prompt: { type: 'string', help: '' },
  json: { type: 'boolean', help: '' },
} as const satisfies OptionTable;

test('flags and texts are told apart by name', () => {
  expectTypeOf<FlagName<typeof table>>().toEqualTypeOf<'json'>();
  expectTypeOf<TextName<typeof table>>().toEqualTypeOf<'prompt'>();
});

test('options of a larger table serve where a smaller one is asked for', () => {
  const smaller = { prompt: table.prompt } as const;
  expectTypeOf<OptionsOf<typeof table>>().toExtend<OptionsOf<typeof smaller>>();
});
