import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes a file piece by piece under a temporary name beside it and renames it when it is whole: what was there before
 * stays until then, and an end on the way leaves nothing behind.
 *
 * @throws `signal.reason` when aborted
 */
export async function writeWhole(
  path: string,
  pieces: Iterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomUUID()}.part`;
  try {
    const file = await open(temporary, 'wx');
    try {
      for (const piece of pieces) {
        signal.throwIfAborted();
        await file.writeFile(piece, { signal });
      }
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
