import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { imageKeyOf } from '../../clean/image-key.js';
import { folderLocator } from '../../rules/node/folder-locator.js';
import type { ImageRef } from '../../sample/sample.js';

/**
 * SHA-256 of image files under a folder, so that copies under two names are one image: `imageKey` of `leakageProblems`. Where there is no
 * such file, the path.
 */
export function imageDigests(root: string): (image: ImageRef) => Promise<string | undefined> {
  const locate = folderLocator(root);
  const known = new Map<string, Promise<string>>();
  return (image) => {
    const { path } = image;
    if (path === undefined) return imageKeyOf(image);
    const before = known.get(path);
    if (before !== undefined) return before;
    const { file } = locate(path);
    const found = file === undefined ? Promise.resolve(path) : digest(file);
    known.set(path, found);
    return found;
  };
}

async function digest(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return `sha256:${hash.digest('hex')}`;
}
