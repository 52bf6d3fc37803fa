import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openFolder } from '../source/open-folder.js';
import { fixtures } from '../testing/checkpoints.js';
import { errorOf } from '../testing/error-of.js';
import { memoryStorage } from '../testing/memory-directory.js';
import { memoryStore } from '../testing/memory-store.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { openCheckpoint } from './open-checkpoint.js';

/** A file as `<input webkitdirectory>` gives it. */
class FolderFile extends File {
  override readonly webkitRelativePath: string;

  constructor(path: string, bytes: Uint8Array<ArrayBuffer>, lastModified = 1) {
    super([bytes], path.split('/').at(-1)!, { lastModified });
    this.webkitRelativePath = path;
  }
}

async function chosen(prefix: string, name = 'v2-1b', lastModified = 1): Promise<File[]> {
  const folder = join(fixtures, name);
  const files: File[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const bytes = Uint8Array.from(await readFile(join(folder, entry.name)));
    files.push(new FolderFile(`${prefix}/${entry.name}`, bytes, lastModified));
  }
  return files;
}

test('the outermost folder with a config.json is the checkpoint', async () => {
  const files = [
    new FolderFile('all/notes.txt', new Uint8Array(3)),
    ...(await chosen('all/models/deep/inside', 'v2-40b')),
    ...(await chosen('all/InternVL2-1B')),
  ];
  const checkpoint = await openCheckpoint(files);
  const folder = await openFolder(join(fixtures, 'v2-1b'), { cache: await temporaryFolder() });
  expect(checkpoint.name).toBe('InternVL2-1B');
  expect(checkpoint.config).toEqual(folder.config);
  expect(checkpoint.weightBytes).toBe(folder.weightBytes);
  const seen: number[] = [];
  const digest = await checkpoint.digest({ onProgress: ({ overallLoaded }) => seen.push(overallLoaded) });
  expect(digest).toBe(await folder.digest());
  expect(seen.at(-1)).toBe(checkpoint.weightBytes);
  await folder.close();
  await checkpoint.close();
});

test('a model is found again by dates and sizes, without reading weights', async () => {
  const storage = memoryStorage();
  const { id } = await memoryStore(storage).convert(await openCheckpoint(await chosen('mine')));
  const seen = new Set<string>();
  const again = await memoryStore(storage).convert(await openCheckpoint(await chosen('mine')), {
    onProgress: ({ status }) => seen.add(status),
  });
  expect(again.id).toBe(id);
  expect(seen).toEqual(new Set());
  const touched = await openCheckpoint(await chosen('mine', 'v2-1b', 2));
  expect((await memoryStore(storage).convert(touched)).id).not.toBe(id);
});

test('no checkpoint among the files, an incomplete one, a cut one', async () => {
  expect((await errorOf(() => openCheckpoint([]))).code).toBe('model-not-found');
  expect((await errorOf(() => openCheckpoint([new FolderFile('a/b.txt', new Uint8Array())]))).code).toBe(
    'model-not-found',
  );
  const files = await chosen('mine');
  const without = files.filter(({ name }) => name !== 'model.safetensors');
  expect((await errorOf(() => openCheckpoint(without))).code).toBe('file-missing');
  const cut = new FolderFile('mine/model.safetensors', new Uint8Array(100).fill(1));
  expect((await errorOf(() => openCheckpoint([...without, cut]))).code).toBe('safetensors-header');
});
