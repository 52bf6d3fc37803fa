import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openFolder } from '@internvl/checkpoint/node';
import { expect, test } from 'vitest';
import { countParameters } from './parameters.js';

const fixtures = fileURLToPath(new URL('../../../../fixtures/checkpoints/', import.meta.url));
const names = readdirSync(fixtures).filter((name) => existsSync(join(fixtures, name, 'config.json')));

test.each(names)('%s holds as many parameters as its description says', async (name) => {
  const checkpoint = await openFolder(join(fixtures, name));
  const { weights, config } = checkpoint;
  const stored = weights
    .names()
    .map((tensor) => weights.info(tensor).shape.reduce((product, size) => product * size, 1));
  expect(countParameters(config).total).toBe(stored.reduce((sum, elements) => sum + elements, 0));
  await checkpoint.close();
});
