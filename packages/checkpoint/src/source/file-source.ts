import { open } from 'node:fs/promises';
import type { ByteSource } from '../safetensors/byte-source.js';
import { truncated } from '../safetensors/bytes-source.js';

/** Bytes asked of the operating system at once; between two such reads an abort is noticed. */
const STEP = 16 * 2 ** 20;

/**
 * A file, read at positions, so that files beyond 4 GiB work and nothing is mapped or kept. The size is the one at opening:
 * a file that shrinks meanwhile gives `shard-truncated`.
 *
 * @param name how messages call it
 */
export async function fileSource(path: string, name: string): Promise<ByteSource> {
  const handle = await open(path, 'r');
  let closing: Promise<void> | undefined;
  try {
    const { size } = await handle.stat();
    return {
      name,
      size,
      async read(offset, length, { signal } = {}) {
        signal?.throwIfAborted();
        if (offset + length > size) throw truncated(name, offset + length, size);
        const bytes = new Uint8Array(length);
        for (let done = 0; done < length; ) {
          const step = Math.min(STEP, length - done);
          const { bytesRead } = await handle.read(bytes, done, step, offset + done);
          signal?.throwIfAborted();
          if (bytesRead === 0) throw truncated(name, offset + length, offset + done);
          done += bytesRead;
        }
        return bytes;
      },
      close() {
        closing ??= handle.close();
        return closing;
      },
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
