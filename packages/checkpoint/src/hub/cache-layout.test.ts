import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { linkFile, repoCache, writeRef } from './cache-layout.js';

let cache: string;

beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'internvl-layout-'));
});

afterAll(() => rm(cache, { recursive: true }));

test('a file and a revision that many write at the same time are whole, and nothing is left beside them', async () => {
  const repo = repoCache(cache, 'org/model');
  const [hash, commit] = ['a'.repeat(40), 'c'.repeat(40)];
  await mkdir(join(repo.folder, 'blobs'), { recursive: true });
  await writeFile(repo.blob(hash), '{}');
  const writers = Array.from({ length: 20 });
  await Promise.all(writers.map(() => linkFile(repo, commit, 'config.json', hash)));
  await Promise.all(writers.map(() => writeRef(repo, { repo: 'org/model', revision: 'main' }, commit)));
  expect(await readFile(join(repo.snapshot(commit), 'config.json'), 'utf8')).toBe('{}');
  expect(await readdir(repo.snapshot(commit))).toEqual(['config.json']);
  expect(await readdir(join(repo.folder, 'refs'))).toEqual(['main']);
});
