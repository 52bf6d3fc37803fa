import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRange } from '@internvl/backend/node';
import { referenceBackend } from '@internvl/backend/reference';
import { convert, openFolder } from '@internvl/checkpoint/node';
import { expect, onTestFinished, test } from 'vitest';
import { fixtures } from '../testing/golden-record.js';
import { loadModel } from './load-model.js';

const folder = `${fixtures}v2-1b`;
const little = async () => 1e6;

async function emptyFolder(): Promise<string> {
  const cache = await mkdtemp(join(tmpdir(), 'internvl-memory-'));
  onTestFinished(() => rm(cache, { recursive: true, force: true }));
  return cache;
}

const backend = () => referenceBackend({ readRange });

test('what does not fit is refused before it is converted', async () => {
  const cache = await emptyFolder();
  await expect(loadModel(folder, { backend: backend(), cache }, little)).rejects.toMatchObject({
    code: 'memory-short',
    facts: { precision: 'fp32', freeBytes: 1e6 },
  });
  expect(await readdir(cache)).toEqual([]);
});

test('a converted folder is weighed by its files', async () => {
  const cache = await emptyFolder();
  const checkpoint = await openFolder(folder, { cache });
  const directory = join(cache, 'mine');
  const { manifest } = await convert(checkpoint, { directory, precision: 'int8' });
  await checkpoint.close();
  const { bytes } = manifest.files.find(({ path }) => path === manifest.data)!;
  await expect(loadModel(directory, { backend: backend() }, little)).rejects.toMatchObject({
    code: 'memory-short',
    facts: { precision: 'int8', weightBytes: bytes },
  });
});

test('the caller may go on all the same, and a device with memory of its own is not weighed', async () => {
  const cache = await emptyFolder();
  const notes: string[] = [];
  const options = { backend: backend(), cache, onNote: (note: string) => void notes.push(note) };
  const model = await loadModel(folder, { ...options, checkMemory: false }, little);
  expect(notes.filter((note) => note.includes('free'))).toEqual([
    expect.stringMatching(/^v2-1b needs [\d.]+ [MG]B in fp32, 1 MB free: choose a smaller model\.$/),
  ]);
  const { capabilities } = backend();
  const device = { ...backend(), capabilities: { ...capabilities, deviceTensors: true } };
  const there = await loadModel(folder, { ...options, backend: device }, little);
  for (const { vision, language } of [model, there]) {
    await vision.dispose();
    await language?.model.dispose();
  }
});
