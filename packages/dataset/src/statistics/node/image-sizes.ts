import type { ImageSize } from '@internvl/tiling';
import { readHeader } from '@internvl/tiling/node';
import type { ImageInspector } from '../../rules/image-port.js';
import { imageFolder } from '../../rules/node/image-folder.js';
import type { ImageRef } from '../../sample/sample.js';
import type { DataFile } from '../statistics-options.js';

/** Sizes of images that rows do not declare, from the first bytes of their files or of what a row holds: `imageSize` of `statistics`. */
export function imageSizes(): (image: ImageRef, file: DataFile) => Promise<ImageSize | undefined> {
  const folders = new Map<string, ImageInspector>();
  return async ({ path, bytes }, { root = '.' }) => {
    if (bytes !== undefined) return readHeader(bytes)?.size;
    if (path === undefined) return undefined;
    let folder = folders.get(root);
    if (folder === undefined) {
      folder = imageFolder(root, { depth: 'header' });
      folders.set(root, folder);
    }
    return (await folder.inspect(path)).size;
  };
}
