import { expectTypeOf, test } from 'vitest';
import type { Finding, RuleCode, ValidateEvent, ValidateInput, ValidateSummary } from '../index.js';
import { type CleanSummary, clean, ruleTable, type Statistics, statistics, validate } from '../index.js';

test('validate streams findings and returns the counts', () => {
  const inputs: readonly ValidateInput[] = [];
  const run = validate(inputs, { mode: 'repair', fixes: ['box-order'], language: 'zh' });
  expectTypeOf(run).toEqualTypeOf<AsyncGenerator<ValidateEvent, ValidateSummary, undefined>>();
  expectTypeOf<Finding['code']>().toEqualTypeOf<RuleCode>();
  expectTypeOf<Extract<ValidateEvent, { type: 'row' }>['state']>().toEqualTypeOf<
    'sound' | 'repaired' | 'bad'
  >();
});

test('codes are known names', () => {
  expectTypeOf<'json-cut'>().toExtend<RuleCode>();
  expectTypeOf<'no-such-rule'>().not.toExtend<RuleCode>();
  expectTypeOf(ruleTable['over-budget'].severity).toEqualTypeOf<'error'>();
  // @ts-expect-error a fix is one of the rules
  validate([], { fixes: ['typo'] });
});

test('clean keeps the order of rows, statistics resolve to counts', () => {
  const rows = clean((async function* () {})());
  expectTypeOf<Awaited<ReturnType<typeof rows.return>>['value']>().toExtend<CleanSummary | object>();
  expectTypeOf(statistics([])).resolves.toEqualTypeOf<Statistics>();
});
