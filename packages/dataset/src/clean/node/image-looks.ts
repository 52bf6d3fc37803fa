import { readFile } from 'node:fs/promises';
import type { Sharp, SharpOptions } from 'sharp';
import { DatasetError } from '../../error.js';
import { folderLocator } from '../../rules/node/folder-locator.js';
import type { ImageRef } from '../../sample/sample.js';
import type { HashedImage } from '../image-clusters.js';
import { GREY_SIDE, perceptualHash } from '../perceptual-hash.js';

/** Most pixels that are decoded; beyond, Pillow warns of a decompression bomb. */
const MOST_PIXELS = 89_478_485;

/**
 * Looks at images under a folder, or at the bytes a row holds: perceptual hash and size. An image that cannot be read, or leads out of the
 * folder, is undefined. Each file is looked at once.
 *
 * @throws (when an image is looked at) `decoder-missing` where sharp is not installed
 */
export function imageLooks(root: string): (image: ImageRef) => Promise<HashedImage | undefined> {
  const locate = folderLocator(root);
  const seen = new Map<string, Promise<HashedImage | undefined>>();
  return ({ path, bytes }) => {
    if (bytes !== undefined) return look(bytes);
    if (path === undefined || !/^(?![/\\])(?!.*\.\.)/.test(path)) return Promise.resolve(undefined);
    const known = seen.get(path);
    if (known !== undefined) return known;
    const { file } = locate(path);
    const found = file === undefined ? Promise.resolve(undefined) : readFile(file).then(look);
    seen.set(path, found);
    return found;
  };
}

async function look(bytes: Uint8Array): Promise<HashedImage | undefined> {
  const sharp = await loadSharp();
  const open = (): Sharp => sharp(bytes, { limitInputPixels: MOST_PIXELS });
  try {
    const { width, height } = await open().metadata();
    const grey = await open()
      .flatten({ background: '#ffffff' })
      .greyscale()
      .resize(GREY_SIDE, GREY_SIDE, { fit: 'fill' })
      // Otherwise one grey channel comes out as three.
      .toColourspace('b-w')
      .raw()
      .toBuffer();
    return { hash: perceptualHash(new Uint8Array(grey)), width, height };
  } catch {
    return undefined;
  }
}

async function loadSharp(): Promise<(input: Uint8Array, options: SharpOptions) => Sharp> {
  try {
    return (await import('sharp')).default;
  } catch (cause) {
    throw new DatasetError(
      'decoder-missing',
      'Expected the package sharp to look at images, it is not installed or does not load here; run "npm install sharp".',
      { package: 'sharp' },
      { cause },
    );
  }
}
