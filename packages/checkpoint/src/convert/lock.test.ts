import { readdir, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { withLock } from './lock.js';

const holder = (changes: object) =>
  JSON.stringify({ id: 'other', pid: process.pid, host: hostname(), note: 'note', ...changes });

test('holds while the work runs, also when it fails', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'lock');
  const seen = await withLock(path, {}, () => readdir(folder));
  expect(seen).toEqual(['lock']);
  const failing = withLock(path, {}, async () => {
    throw new Error('broken');
  });
  await expect(failing).rejects.toThrow('broken');
  expect(await readdir(folder)).toEqual([]);
});

test('a lock of a process that is gone is taken over', async () => {
  const path = join(await temporaryFolder(), 'lock');
  await writeFile(path, holder({ pid: 2 ** 30 }));
  await expect(withLock(path, {}, async () => 'done')).resolves.toBe('done');
});

test('a lock that nobody touched for a minute is taken over, damaged or from another machine', async () => {
  const path = join(await temporaryFolder(), 'lock');
  const old = new Date(Date.now() - 61_000);
  for (const content of ['', holder({ host: 'elsewhere' }), holder({})]) {
    await writeFile(path, content);
    await utimes(path, old, old);
    await expect(withLock(path, {}, async () => 'done')).resolves.toBe('done');
  }
});

test('a living holder is waited for', async () => {
  const path = join(await temporaryFolder(), 'lock');
  await writeFile(path, holder({ host: 'elsewhere' }));
  const controller = new AbortController();
  const waiting = withLock(
    path,
    {
      signal: controller.signal,
      onWait: ({ note }) => {
        expect(note).toBe('note');
        controller.abort(new Error('enough'));
      },
    },
    () => expect.fail('not ours'),
  );
  await expect(waiting).rejects.toThrow('enough');
});
