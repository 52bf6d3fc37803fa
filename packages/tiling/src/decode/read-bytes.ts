import { readFile } from 'node:fs/promises';
import { TilingError } from '../error.js';

/** The bytes of a file. @throws `file-missing`, `image-unreadable` */
export async function readBytes(
  source: string | URL | Uint8Array,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  try {
    return await readFile(source, { signal });
  } catch (cause) {
    signal?.throwIfAborted();
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw new TilingError(
      missing ? 'file-missing' : 'image-unreadable',
      missing
        ? `Expected a file at ${source}, there is no such file; check the path.`
        : `Expected a readable file at ${source}, it cannot be read; check that it is a file with the right permissions.`,
      { path: String(source) },
      { cause },
    );
  }
}
