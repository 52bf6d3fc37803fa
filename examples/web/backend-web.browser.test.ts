import { expect, test } from 'vitest';
import { multiply } from './backend-web.js';

test('examples/web/backend-web.ts runs in a browser', async () => {
  const said: string[] = [];
  expect([...(await multiply((words) => said.push(words)))]).toEqual([100, 20_000]);
  expect(said.join('\n')).toMatch(/ort-web:/);
});
