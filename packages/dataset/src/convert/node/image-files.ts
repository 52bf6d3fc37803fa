import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { DatasetError } from '../../error.js';
import { imageExtension } from '../../format/base64.js';
import { unusable } from '../../node/file-source.js';
import { type OpenOptions, openSource } from '../../node/open-source.js';
import type { ImageRef, Sample } from '../../sample/sample.js';
import { readAll } from '../../source/read-range.js';
import { writeFile } from '../../write/node/write-file.js';

const MOST_IMAGE = 256 * 2 ** 20;

/**
 * Reads images of a data set whose paths are relative to `root`. A path that leads out of it, by `..`, as an absolute
 * one or through a link, is refused.
 */
export function imageReader(
  root: string,
  options: OpenOptions = {},
): (image: ImageRef, signal?: AbortSignal) => Promise<Uint8Array> {
  return async (image, signal) => {
    if (image.bytes !== undefined) return image.bytes;
    if (image.path === undefined) {
      const url = image.url ?? '';
      if (/^data:/i.test(url)) {
        const response = await fetch(url);
        return new Uint8Array(await response.arrayBuffer());
      }
      return readAll(await openSource(url, options), { mostBytes: MOST_IMAGE, signal });
    }
    const path = await insideRoot(root, image.path);
    const { size } = await stat(path);
    if (size > MOST_IMAGE) {
      throw new DatasetError(
        'file-too-large',
        `Expected at most ${MOST_IMAGE} bytes in ${image.path}, got ${size}; make it smaller.`,
        { file: image.path, size },
      );
    }
    return readFile(path, { ...(signal && { signal }) });
  };
}

/**
 * @throws `path-escapes`, `file-missing`
 */
export async function insideRoot(root: string, path: string): Promise<string> {
  const base = await realpath(root).catch((cause: unknown) => {
    throw unusable(root, cause);
  });
  const lexical = resolve(base, path);
  const real = escapes(base, lexical)
    ? lexical
    : await realpath(lexical).catch((cause: unknown) => {
        throw unusable(join(root, path), cause);
      });
  if (escapes(base, real)) {
    throw new DatasetError(
      'path-escapes',
      `Expected an image inside ${root}, got ${path}, which leads out of it; mend the path.`,
      {
        root,
        path,
      },
    );
  }
  return real;
}

function escapes(base: string, path: string): boolean {
  const way = relative(base, path);
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
}

/**
 * The sample with its image bytes written to files of a folder, named by their digest, so that one image is one file
 * and the same work gives the same names. Images without bytes stay as they are.
 */
export async function withImageFiles(sample: Sample, folder: string, signal?: AbortSignal): Promise<Sample> {
  if (!sample.images.some(({ bytes }) => bytes !== undefined)) return sample;
  const images: ImageRef[] = [];
  for (const image of sample.images) {
    const { bytes, url: _, ...rest } = image;
    if (bytes === undefined) {
      images.push(image);
      continue;
    }
    const name = `${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}.${imageExtension(bytes)}`;
    const path = join(folder, name);
    const there = await stat(path).catch(() => undefined);
    if (there?.size !== bytes.length) await writeFile(path, [bytes], { signal });
    images.push({ ...rest, path: name });
  }
  return { ...sample, images };
}
