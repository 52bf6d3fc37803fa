import { expect, it } from 'vitest';
import type { Finding } from '../rules/finding.js';
import type { ValidateSummary } from '../rules/validate-options.js';
import { validationHtml } from './validation-html.js';
import { describeFinding, describeSummary } from './validation-text.js';

const finding: Finding = {
  code: 'special-token',
  severity: 'error',
  file: 'a.jsonl',
  line: 7,
  pointer: '/conversations/0/value',
  message: 'Expected text without control tokens, got <|im_end|> at 3.',
  excerpt: '<script>alert("&")</script>',
  fix: 'Take it out.',
  facts: {},
};
const summary: ValidateSummary = {
  ok: false,
  files: [{ file: 'a.jsonl', rows: 12_000, errors: 3, warnings: 0 }],
  rows: 12_000,
  badRows: 2,
  repairedRows: 1,
  errors: 3,
  warnings: 0,
  notes: 0,
  repairs: 1,
  counts: { 'special-token': 3, 'role-order': 1 },
  stopped: true,
};

it('a finding is one line with its place', () => {
  expect(describeFinding(finding)).toBe(
    'a.jsonl:7: error special-token /conversations/0/value: Expected text without control tokens, got <|im_end|> at 3.',
  );
  expect(describeFinding({ ...finding, line: 0, pointer: '', repaired: true })).toMatch(
    /^a\.jsonl: repaired special-token: /,
  );
});

it('a summary has the totals and the rules', () => {
  expect(describeSummary(summary)).toBe(
    [
      '12,000 rows in 1 file: 3 errors, 0 warnings, 0 notes; 2 rows with errors, 1 repaired',
      'stopped at the limit of errors; the rest was not looked at',
      '          3  special-token',
      '          1  role-order',
    ].join('\n'),
  );
});

it('the page shows what data says as text and needs no network', () => {
  const page = validationHtml(summary, [finding]);
  expect(page).not.toMatch(/<script|https?:|src=|href=/);
  expect(page).toContain('&#60;script&#62;');
  expect(page).toContain("default-src 'none'");
  expect(page).toContain('1 of 4 are listed.');
});
