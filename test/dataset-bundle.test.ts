import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle } from './bundle.js';

const source = fileURLToPath(new URL('../packages/dataset/src/index.ts', import.meta.url));
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'internvl-bundle-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Kilobytes of a page that uses these alone: the number moves in the commit that moves it. */
test.each([
  ['pairs', 13],
  ['pairs, internvl', 18],
  ['pairs, internvl, parquet', 130],
])('a page that uses %s takes no more than %i kB', async (names, most) => {
  const page = join(folder, `${names.replaceAll(/\W+/g, '-')}.ts`);
  await writeFile(page, `export { ${names} } from ${JSON.stringify(source)};\n`);
  const { outside, kilobytes } = await bundle(page);
  expect(outside).toEqual([]);
  expect(kilobytes).toBeLessThanOrEqual(most);
});
