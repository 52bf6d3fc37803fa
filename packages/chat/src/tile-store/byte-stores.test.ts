import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { folderByteStore } from '../node/folder-byte-store.js';
import { byteStoreCases, type TestClock } from '../testing/byte-store-cases.js';
import type { ByteStore } from './byte-store.js';
import { memoryByteStore } from './memory-byte-store.js';

async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'internvl-bytes-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

type Open = (now: () => number) => Promise<ByteStore>;

describe.each<[string, Open]>([
  ['in memory', async (now) => memoryByteStore({ now })],
  ['in a folder', async (now) => folderByteStore(join(await freshFolder(), 'made', 'here'), { now })],
])('bytes %s', (_, open) => {
  test.each(Object.entries(byteStoreCases))('%s', async (_, check) => {
    const clock: TestClock = { time: 1_700_000_000_000 };
    await check(await open(() => clock.time), clock);
  });
});

test('what a killed process left is no entry, and goes after a while', async () => {
  const folder = await freshFolder();
  const time = 1_700_000_000;
  const store = await folderByteStore(folder, { now: () => time * 1000 });
  for (const [name, age] of [
    ['a0.1.partial', 30],
    ['b0.2.partial', 3600],
  ] as const) {
    await writeFile(join(folder, name), 'half');
    await utimes(join(folder, name), time - age, time - age);
  }
  expect(await store.list()).toEqual([]);
  expect(await readdir(folder)).toEqual(['a0.1.partial']);
});

test('a folder that cannot be made is told', async () => {
  const file = join(await freshFolder(), 'file');
  await writeFile(file, '');
  await expect(folderByteStore(join(file, 'inside'))).rejects.toThrow(/ENOTDIR/);
});
