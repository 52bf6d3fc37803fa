import { InternVLError } from '@internvl/backend';
import type { RgbImage } from '@internvl/tiling';
import type { ImageNotice } from '../event.js';
import type { ImageInput } from '../turn.js';

/** Pixels, and what they no longer show of the file. */
export interface Decoded extends RgbImage {
  readonly notices?: readonly ImageNotice[];
}

/** Turns an encoded file, by its bytes or its path, into pixels. Brought by the platform's entry point. */
export type DecodeFile = (
  file: Uint8Array | string,
  options: { readonly exif: boolean; readonly signal: AbortSignal | undefined },
) => Promise<Decoded>;

/**
 * Pixels of an image of the caller.
 *
 * @throws `image-unreadable` where it is a file and nothing can decode one, and what `decodeFile` throws
 */
export async function decodeImage(
  image: ImageInput,
  decodeFile: DecodeFile | undefined,
  {
    exif = false,
    signal,
  }: { readonly exif?: boolean | undefined; readonly signal?: AbortSignal | undefined },
): Promise<Decoded> {
  if (typeof image === 'string' || image instanceof Uint8Array || image instanceof Blob) {
    if (decodeFile) {
      const file = image instanceof Blob ? await bytesOf(image) : image;
      signal?.throwIfAborted();
      return decodeFile(file, { exif, signal });
    }
    throw new InternVLError(
      'image-unreadable',
      'Expected decoded pixels, got an encoded file; decode it first, or load the model with an entry point that decodes.',
    );
  }
  if (typeof image === 'object' && image !== null && 'data' in image) return image;
  throw new InternVLError(
    'image-unreadable',
    `Expected an image as { data, width, height }, bytes, a blob or a path, got ${image === null ? 'null' : typeof image}.`,
  );
}

/** @throws `image-unreadable` when the file behind a blob is gone or changed */
async function bytesOf(blob: Blob): Promise<Uint8Array> {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (cause) {
    throw new InternVLError(
      'image-unreadable',
      `Expected a file of ${blob.size} bytes, it could not be read; it was moved or changed, choose it again.`,
      { bytes: blob.size },
      { cause },
    );
  }
}
