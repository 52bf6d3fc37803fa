import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile as write } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { zstdTransform } from '../../node/decompressors.js';
import { openSource } from '../../node/open-source.js';
import { readAll } from '../../source/read-range.js';
import { writeFile } from './write-file.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'internvl-write-'));
});
afterAll(() => rm(folder, { recursive: true }));

const bytes = new TextEncoder().encode('some rows\n'.repeat(100_000));

test('whole, with its digest, in a folder that was not there', async () => {
  const path = join(folder, 'deep', 'a.txt');
  const pieces = Array.from({ length: 1000 }, (_, index) => bytes.subarray(index * 1000, (index + 1) * 1000));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  expect(await writeFile(path, pieces)).toEqual({ name: path, bytes: bytes.length, sha256 });
  expect((await readFile(path)).equals(bytes)).toBe(true);
});

test('gzip by the name, the same bytes each time', async () => {
  const first = await writeFile(join(folder, 'a.gz'), [bytes]);
  const second = await writeFile(join(folder, 'b.gz'), [bytes]);
  expect(first.sha256).toBe(second.sha256);
  expect(gunzipSync(await readFile(join(folder, 'a.gz'))).equals(bytes)).toBe(true);
});

test('zstd where this Node has it, and a word where not', async () => {
  const path = join(folder, 'a.zst');
  if (zstdTransform('createZstdCompress') === undefined) {
    await expect(writeFile(path, [bytes])).rejects.toMatchObject({ code: 'zstd-missing' });
    return;
  }
  await writeFile(path, [bytes]);
  expect(await readAll(await openSource(path), { mostBytes: 1e8 })).toEqual(bytes);
});

test('an error or an abort on the way leaves what was there, and nothing else', async () => {
  const path = join(folder, 'kept', 'a.txt');
  await writeFile(path, [bytes]);
  async function* failing() {
    yield bytes;
    throw new Error('broken');
  }
  await expect(writeFile(path, failing())).rejects.toThrow('broken');
  const controller = new AbortController();
  const reason = new Error('enough');
  async function* aborting() {
    yield bytes;
    controller.abort(reason);
    yield bytes;
  }
  await expect(writeFile(path, aborting(), { signal: controller.signal })).rejects.toBe(reason);
  expect(await readdir(join(folder, 'kept'))).toEqual(['a.txt']);
  expect((await readFile(path)).equals(bytes)).toBe(true);
});

test('a place where nothing can be written', async () => {
  await write(join(folder, 'file'), '');
  await expect(writeFile(join(folder, 'file', 'x'), [bytes])).rejects.toThrow();
});
