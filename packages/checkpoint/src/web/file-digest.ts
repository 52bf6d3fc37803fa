import { contentKey, sha256Of } from '../hash/digest.js';
import type { CheckpointFiles, DigestOptions } from '../source/checkpoint.js';

/**
 * `Checkpoint.digest` over files: the same key that Node computes for the same files.
 *
 * @param weights names and sizes of weight files
 * @param hashOf SHA-256 of a weight file; tells how far it is
 */
export async function filesDigest(
  files: CheckpointFiles,
  weights: readonly { readonly name: string; readonly size: number }[],
  hashOf: (name: string, onLoaded: (loaded: number) => void) => Promise<string>,
  { onProgress }: Pick<DigestOptions, 'onProgress'> = {},
): Promise<string> {
  const hashes = new Map<string, string>();
  for (const [name, bytes] of Object.entries(await files.readAll())) hashes.set(name, await sha256Of(bytes));
  const overallTotal = weights.reduce((sum, { size }) => sum + size, 0);
  let before = 0;
  for (const { name, size: total } of weights) {
    const report = (loaded: number) =>
      onProgress?.({
        status: 'hashing',
        file: name,
        loaded,
        total,
        overallLoaded: before + loaded,
        overallTotal,
      });
    hashes.set(name, await hashOf(name, report));
    before += total;
  }
  return contentKey(hashes);
}
