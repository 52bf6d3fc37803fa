import { DatasetError } from '../error.js';
import type { ImageRef } from '../sample/sample.js';
import type { WriteFormatOptions } from './format.js';
import type { RowProblems } from './row-problems.js';

/**
 * The bytes of an image, for a format that holds them. What keeps it from being read is a problem of the sample.
 *
 * @returns undefined where there are none to be had
 */
export async function imageBytes(
  image: ImageRef,
  { readImage, signal }: WriteFormatOptions,
  problems: RowProblems,
): Promise<Uint8Array | undefined> {
  if (image.bytes !== undefined || readImage === undefined) return image.bytes;
  try {
    return await readImage(image, signal);
  } catch (error) {
    signal?.throwIfAborted();
    if (!DatasetError.is(error)) throw error;
    problems.error(error.code, error.message);
    return undefined;
  }
}
