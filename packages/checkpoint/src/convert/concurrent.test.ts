import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { openFolder } from '../source/open-folder.js';
import { fixtures } from '../testing/checkpoints.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { convertCached } from './convert.js';
import { openConverted } from './converted-model.js';
import { type ConversionFileSystem, nodeFileSystem } from './file-system.js';

const model = join(fixtures, 'v2-1b');
const root = fileURLToPath(new URL('../../../../', import.meta.url));

async function child(...args: string[]): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('../testing/convert-in-child.ts', import.meta.url));
  const started = fork(script, args, {
    cwd: root,
    execArgv: ['--conditions=@internvl/source', '--import', 'tsx'],
  });
  onTestFinished(() => void started.kill('SIGKILL'));
  await once(started, 'message');
  return started;
}

test('two processes make one result, and one of them does the work', async () => {
  const cacheDirectory = await temporaryFolder();
  const children = await Promise.all([child(model, cacheDirectory), child(model, cacheDirectory)]);
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
  const killed = await child(model, cacheDirectory, 'hang');
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
