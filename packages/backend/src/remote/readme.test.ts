import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

test('the README shows the example that CI runs', async () => {
  const example = await readFile(new URL('../../../../examples/remote-backend.ts', import.meta.url), 'utf8');
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(`\`\`\`ts\n${example}\`\`\``);
});
