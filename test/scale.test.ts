import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { capacityTables } from '../benchmarks/scale/capacity-tables.js';
import { costsOf } from '../benchmarks/scale/costs.js';
import { measuredTimes } from '../benchmarks/scale/measured-times.js';
import { publishedShapes } from '../benchmarks/scale/published-shapes.js';

const read = (path: string) => readFile(new URL(`../docs/${path}`, import.meta.url), 'utf8');

test('docs/scale.md has the tables that pnpm capacity computes', async () => {
  const tables = capacityTables(measuredTimes(await read('performance.md')));
  expect((await read('scale.md')).split('<!-- computed -->\n')[1]).toBe(`\n${tables}`);
});

/** Parameters as the model cards state them, in thousand millions, and bytes of cache for a token in float16. */
test.each([
  ['InternVL2-1B', 0.94, 12_288],
  ['InternVL2-2B', 2.2, 98_304],
  ['InternVL2-8B', 8.1, 131_072],
  ['InternVL2-26B', 25.5, 196_608],
])('the shape of %s gives its size and its cache', (name, thousandMillions, cacheBytes) => {
  const { visionParameters, languageParameters, cacheElements } = costsOf(publishedShapes[name]!);
  expect((visionParameters + languageParameters) / 1e9 / thousandMillions).toBeCloseTo(1, 1);
  expect(2 * cacheElements).toBe(cacheBytes);
});
