import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { finishedAnswer } from '../finished-answer.js';
import type { LoadOptions } from '../load-options.js';
import { load } from './load.js';

const nano = fileURLToPath(new URL('../../../../models/nano/', import.meta.url));

let cache: string;
/** The answer without anything kept: tiles that look alike are encoded once. */
let plain: Awaited<ReturnType<typeof answer>>;

beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'internvl-kept-'));
  plain = await answer();
});

afterAll(() => rm(cache, { recursive: true, force: true }));

const turns = [
  {
    role: 'user',
    parts: [
      { type: 'image', image: `${nano}samples/shapes-0.png` },
      { type: 'text', text: 'Describe the image.' },
    ],
  },
] as const;

/** One answer of a chat that was loaded for it. */
async function answer(options: LoadOptions = {}) {
  const chat = await load(nano, { backend: 'cpu', cache, worker: false, ...options });
  try {
    const { ids, encodedTiles } = await finishedAnswer(chat.answer(turns, { maxNewTokens: 24 }));
    return { ids, encodedTiles };
  } finally {
    await chat.dispose();
  }
}

const folder = () => join(cache, 'visual-tokens');
const keeping = { visionStoreBytes: 2 ** 20 };

test('nothing is kept unless asked for', async () => {
  expect(plain.encodedTiles).toBeGreaterThan(1);
  await expect(readdir(folder())).rejects.toThrow(/ENOENT/);
});

test('another program takes the tokens from the folder and answers the same', async () => {
  expect(await answer({ ...keeping, worker: true })).toEqual(plain);
  expect(await readdir(folder())).toHaveLength(plain.encodedTiles);
  for (const options of [keeping, { ...keeping, worker: true }, { ...keeping, visionCacheBytes: 0 }]) {
    expect(await answer(options)).toEqual({ ...plain, encodedTiles: 0 });
  }
});

test('another precision or another backend has tokens of its own', async () => {
  expect((await answer({ ...keeping, precision: 'int8' })).encodedTiles).toBeGreaterThan(0);
  // The vision encoder is the same.
  expect((await answer({ ...keeping, precision: 'fp32+int8' })).encodedTiles).toBe(0);
});

test('a damaged file is encoded anew, and mended', async () => {
  for (const name of await readdir(folder())) {
    const bytes = await readFile(join(folder(), name));
    bytes[bytes.length >> 1]! ^= 4;
    await writeFile(join(folder(), name), bytes);
  }
  expect(await answer(keeping)).toEqual(plain);
  expect(await answer(keeping)).toEqual({ ...plain, encodedTiles: 0 });
});

test('several programs at once share the folder', async () => {
  await rm(folder(), { recursive: true });
  const all = await Promise.all([1, 2, 3].map(() => answer({ ...keeping, worker: true })));
  expect(new Set(all.map(({ ids }) => ids.join())).size).toBe(1);
  const names = await readdir(folder());
  expect(names.filter((name) => name.includes('.'))).toEqual([]);
  expect((await answer(keeping)).encodedTiles).toBe(0);
});

test('a folder that cannot be made is told, and the answer comes all the same', async () => {
  await rm(folder(), { recursive: true });
  await writeFile(folder(), '');
  const notes: string[] = [];
  expect(await answer({ ...keeping, onNote: (note) => notes.push(note) })).toEqual(plain);
  expect(notes).toEqual([expect.stringMatching(/^Visual tokens can't be kept in .*visual-tokens/)]);
});
