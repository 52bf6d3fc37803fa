import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openFolder } from '../source/open-folder.js';
import { fixtures } from '../testing/checkpoints.js';
import { startConversion } from '../testing/start-conversion.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { convertCached } from './convert.js';
import { openConverted } from './converted-model.js';
import { type ConversionFileSystem, nodeFileSystem } from './file-system.js';

const model = join(fixtures, 'v2-1b');

test('two processes make one result, and one of them does the work', async () => {
  const cacheDirectory = await temporaryFolder();
  const children = await Promise.all([
    startConversion(model, cacheDirectory),
    startConversion(model, cacheDirectory),
  ]);
  const answers = children.map((one) => once(one, 'message'));
  for (const one of children) one.send('go');
  const results = (await Promise.all(answers)).map(([result]) => result);
  const [first, second] = results;
  expect(first.directory).toBe(second.directory);
  expect(results.filter(({ writing }) => writing > 0)).toHaveLength(1);
  await openConverted(first.directory);
  expect(await readdir(dirname(first.directory))).toHaveLength(1);
});

test('what a killed process left behind is cleared away', async () => {
  const cacheDirectory = await temporaryFolder();
  const killed = await startConversion(model, cacheDirectory, String(2 ** 24), '0');
  killed.send('go');
  await once(killed, 'message');
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  const left = await readdir(join(cacheDirectory, 'converted'));
  expect(left.some((name) => name.includes('.partial-'))).toBe(true);
  expect(left.some((name) => name.endsWith('.lock'))).toBe(true);

  const checkpoint = await openFolder(model, { cache: cacheDirectory });
  onTestFinished(() => checkpoint.close());
  const converted = await convertCached(checkpoint, { cacheDirectory });
  expect(await readdir(dirname(converted.directory))).toHaveLength(1);
});

test('the second waits, says so, can be aborted, and takes the first one’s result', async () => {
  const cacheDirectory = await temporaryFolder();
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  let begun = () => {};
  const begin = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const fileSystem: ConversionFileSystem = {
    ...nodeFileSystem,
    async create(path) {
      begun();
      await gate;
      return nodeFileSystem.create(path);
    },
  };
  const checkpoint = await openFolder(model, { cache: cacheDirectory });
  onTestFinished(() => checkpoint.close());
  const first = convertCached(checkpoint, { cacheDirectory, fileSystem });
  await begin;

  const controller = new AbortController();
  const reason = new Error('no patience');
  const impatient = convertCached(checkpoint, {
    cacheDirectory,
    signal: controller.signal,
    onProgress: ({ status }) => status === 'waiting' && controller.abort(reason),
  });
  await expect(impatient).rejects.toBe(reason);

  const seen = new Set<string>();
  const second = convertCached(checkpoint, {
    cacheDirectory,
    onProgress: ({ status }) => {
      seen.add(status);
      if (status === 'waiting') release();
    },
  });
  expect((await second).directory).toBe((await first).directory);
  expect(seen).toEqual(new Set(['waiting']));
});
