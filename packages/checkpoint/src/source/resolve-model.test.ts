import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fixtures } from '../testing/checkpoints.js';
import { errorOf } from '../testing/error-of.js';
import { FakeHub } from '../testing/fake-hub.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { resolveModel } from './resolve-model.js';

test('a folder is itself', async () => {
  const path = join(fixtures, 'v2-1b');
  expect(await resolveModel(path)).toEqual({ path });
});

test('a path from the home folder', async () => {
  expect(await resolveModel('~/v2-1b', { env: { HOME: fixtures, USERPROFILE: fixtures } })).toEqual({
    path: join(fixtures, 'v2-1b'),
  });
});

test('an id is fetched', async () => {
  const hub = await FakeHub.start(join(fixtures, 'v2-1b'), onTestFinished);
  const env = { HF_ENDPOINT: hub.endpoint, HF_HOME: await temporaryFolder() };
  const { path, hub: origin } = await resolveModel('org/tiny@main', { env, weights: false });
  expect(origin).toEqual({ repo: 'org/tiny', revision: 'main', commit: hub.commit });
  expect(path).toContain('models--org--tiny');
});

test.each([
  './no/folder',
  '../no',
  '/no/folder/at/all',
  'C:\\models\\internvl',
  'one-word',
  'a/b/c',
  '',
  'org/../x',
  'org/name@../../x',
  join(fixtures, 'README.md'),
])('%j is neither', async (model) => {
  const error = await errorOf(() => resolveModel(model, { env: { HF_ENDPOINT: 'http://127.0.0.1:9' } }));
  expect(error.code).toBe('model-not-found');
  expect(error.message).toContain('OpenGVLab/InternVL2-1B');
});
