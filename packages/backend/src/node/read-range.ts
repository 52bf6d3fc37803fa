import { open } from 'node:fs/promises';
import { InternVLError } from '../error.js';

/** Longest single read; Node refuses 2 GiB and more. */
const longestRead = 2 ** 30;

/**
 * Reads `length` bytes from byte `offset` of a file, or to its end when `length` is left out; fewer when the file
 * ends before. For `referenceBackend({ readRange })`.
 *
 * @throws `file-missing`.
 */
export async function readRange(path: string, offset: number, length?: number): Promise<Uint8Array> {
  const file = await open(path).catch((error: unknown) => {
    throw new InternVLError(
      'file-missing',
      `Expected a file at ${path}, it cannot be opened (${String(error)}); check the path and put external data beside the model.`,
      { path },
      { cause: error },
    );
  });
  try {
    const { size } = await file.stat();
    const bytes = new Uint8Array(Math.max(0, Math.min(length ?? size, size - offset)));
    for (let at = 0; at < bytes.length; ) {
      const count = Math.min(longestRead, bytes.length - at);
      const { bytesRead } = await file.read(bytes, at, count, offset + at);
      if (bytesRead === 0) return bytes.subarray(0, at);
      at += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}
