import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { formats } from './format/formats.js';

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');

test('shows the example that runs', async () => {
  const example = await readFile(new URL('../../../examples/dataset.ts', import.meta.url), 'utf8');
  expect(readme).toContain(`\`\`\`ts\n${example}\`\`\``);
});

test('names every format, and which way it goes', () => {
  for (const { name, read, write } of formats.values()) {
    const row = new RegExp(`^\\| \`${name}\` \\|.*$`, 'm').exec(readme)?.[0].split(' | ') ?? [];
    expect([name, row.at(-2) !== '–', !row.at(-1)?.startsWith('–')]).toEqual([
      name,
      read !== undefined,
      write !== undefined,
    ]);
  }
});
