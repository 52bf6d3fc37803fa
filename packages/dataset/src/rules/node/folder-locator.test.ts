import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { folderLocator } from './folder-locator.js';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'internvl-locate-'));
  await mkdir(join(root, 'Images'));
  await writeFile(join(root, 'Images', 'A.png'), 'abc');
});
afterAll(() => rm(root, { recursive: true }));

it.each(['linux', 'darwin', 'win32'])('finds names as they are on %s', (platform) => {
  const locate = folderLocator(root, platform);
  for (const path of ['Images/A.png', './Images/A.png', 'Images/../Images//A.png']) {
    expect(locate(path)).toMatchObject({ bytes: 3, remarks: [] });
  }
  const { file, remarks } = locate('images/a.PNG');
  expect(file).toBe(join(root, 'Images', 'A.png'));
  expect(remarks).toMatchObject([{ code: 'image-path-case', facts: { found: 'Images/A.png' } }]);
});

it('of a root that is not there says that nothing is', () => {
  expect(folderLocator(join(root, 'none'))('a.png')).toMatchObject({ remarks: [{ code: 'image-missing' }] });
});
