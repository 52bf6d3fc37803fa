import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { ruleTable } from './rule-table.js';
import { rulesDocument } from './rules-document.js';

const document = new URL('../../../../docs/data-rules.md', import.meta.url);

it('docs/data-rules.md has the rules as they are', async () => {
  const text = await readFile(document, 'utf8');
  const [, tables] = /<!-- rules -->\n([\s\S]*?)\n<!-- end of rules -->/.exec(text) ?? [];
  // After a change of the rules: node --conditions=@internvl/source --import tsx packages/dataset/scripts/rules-document.ts
  expect(tables).toBe(rulesDocument());
});

it('the README counts them', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(`${Object.keys(ruleTable).length} of them in [docs/data-rules.md]`);
});
