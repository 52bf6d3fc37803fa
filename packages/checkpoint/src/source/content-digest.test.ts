import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copyOfFixture, temporaryFolder } from '../testing/temporary-folder.js';
import { rememberHash } from './content-digest.js';
import { openFolder } from './open-folder.js';

async function digestOf(path: string, cache: string): Promise<string> {
  const checkpoint = await openFolder(path, { cache });
  try {
    return await checkpoint.digest();
  } finally {
    await checkpoint.close();
  }
}

test('depends on the content and not on the place', async () => {
  const cache = await temporaryFolder();
  const [one, two] = [await copyOfFixture('mini-2b'), await copyOfFixture('mini-2b')];
  const first = await digestOf(one, cache);
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  expect(await digestOf(two, cache)).toBe(first);
  await writeFile(join(two, 'notes.md'), 'not part of the checkpoint');
  expect(await digestOf(two, cache)).toBe(first);
});

test.each(['model-00003-of-00003.safetensors', 'added_tokens.json'])('changes with %s', async (name) => {
  const cache = await temporaryFolder();
  const path = await copyOfFixture('mini-2b');
  const first = await digestOf(path, cache);
  const bytes = await readFile(join(path, name));
  if (name.endsWith('.json')) await appendFile(join(path, name), '\n');
  else await writeFile(join(path, name), bytes.fill((bytes.at(-1) ?? 0) ^ 1, bytes.length - 1));
  expect(await digestOf(path, cache)).not.toBe(first);
});

test('reports every byte, and rejects with the reason when aborted', async () => {
  const path = await copyOfFixture('mini-2b');
  const checkpoint = await openFolder(path, { cache: await temporaryFolder() });
  const reason = new Error('enough');
  const abort = new AbortController();
  const stopped = checkpoint.digest({ signal: abort.signal, onProgress: () => abort.abort(reason) });
  await expect(stopped).rejects.toBe(reason);

  let last = { overallLoaded: -1, overallTotal: 0 };
  await checkpoint.digest({
    onProgress(progress) {
      expect(progress.status).toBe('hashing');
      expect(progress.overallLoaded).toBeGreaterThan(last.overallLoaded);
      last = progress;
    },
  });
  expect(last.overallLoaded).toBe(last.overallTotal);
  expect(last.overallTotal).toBe(540056 + 446720 + 326480);
  await checkpoint.close();
});

test('a remembered hash counts until the file changes', async () => {
  const [cache, other] = [await temporaryFolder(), await temporaryFolder()];
  const path = await copyOfFixture('v2-1b');
  const weights = join(path, 'model.safetensors');
  const honest = await digestOf(path, other);
  await rememberHash(weights, cache, '0'.repeat(64));
  expect(await digestOf(path, cache)).not.toBe(honest);
  await writeFile(weights, await readFile(weights));
  expect(await digestOf(path, cache)).toBe(honest);
});

test('a damaged note is no note', async () => {
  const cache = await temporaryFolder();
  await writeFile(join(cache, 'digests'), 'a file where a folder should be');
  const path = await copyOfFixture('v2-1b');
  expect(await digestOf(path, cache)).toBe(await digestOf(path, await temporaryFolder()));
});
