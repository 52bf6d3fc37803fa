import { Sha256 } from '../hash/sha256.js';
import type { ByteSource } from '../safetensors/byte-source.js';

const STEP = 4 * 2 ** 20;

/**
 * SHA-256 of a whole source, hexadecimal.
 *
 * @param onLoaded called with the number of bytes taken in
 * @throws `signal.reason` when aborted; what reading throws
 */
export async function hashSource(
  source: ByteSource,
  onLoaded: (loaded: number) => void,
  signal: AbortSignal | undefined,
): Promise<string> {
  const hash = new Sha256();
  for (let loaded = 0; loaded < source.size; ) {
    const bytes = await source.read(loaded, Math.min(STEP, source.size - loaded), { signal });
    hash.update(bytes);
    loaded += bytes.length;
    onLoaded(loaded);
  }
  return hash.hex();
}
