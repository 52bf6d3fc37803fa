import { once } from 'node:events';
import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Progress } from '../progress.js';
import { openFolder } from '../source/open-folder.js';
import { fixtures } from '../testing/checkpoints.js';
import { startConversion } from '../testing/start-conversion.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { convertCached } from './convert.js';

const model = join(fixtures, 'v2-1b');
const blockBytes = 8192;

test('a process that is killed at any block: the next one goes on, and writes the same', async () => {
  const cacheDirectory = await temporaryFolder();
  const checkpoint = await openFolder(model, { cache: cacheDirectory });
  onTestFinished(() => checkpoint.close());
  const whole = await convertCached(checkpoint, { cacheDirectory: await temporaryFolder(), blockBytes });
  const total = whole.manifest.files[0]!.bytes;
  for (const share of [0.1, 0.5, 0.95]) {
    const writes = Math.floor((total / blockBytes) * share);
    const child = await startConversion(model, cacheDirectory, String(blockBytes), String(writes));
    child.send('go');
    await once(child, 'message');
    child.kill('SIGKILL');
    await once(child, 'exit');

    const seen: Progress[] = [];
    const made = await convertCached(checkpoint, {
      cacheDirectory,
      blockBytes,
      onProgress: (progress) => seen.push(progress),
    });
    const first = seen.find(({ status }) => status === 'converting')?.loaded ?? total;
    expect(first).toBeGreaterThan(writes * blockBytes * 0.5);
    expect(made.manifest).toEqual(whole.manifest);
    const names = await readdir(made.directory);
    expect(names.sort()).toEqual((await readdir(whole.directory)).sort());
    for (const name of names) {
      const [ours, theirs] = await Promise.all(
        [made, whole].map(({ directory }) => readFile(join(directory, name))),
      );
      expect(Buffer.compare(ours!, theirs!), name).toBe(0);
    }
    expect(await readdir(dirname(made.directory))).toHaveLength(1);
    await rm(made.directory, { recursive: true });
  }
});
