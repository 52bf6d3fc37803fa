import type { ByteSource } from '../safetensors/byte-source.js';
import { truncated } from '../safetensors/bytes-source.js';

/** A file of a browser: read in pieces, never whole. A file that changes or goes away meanwhile gives `shard-truncated`. */
export function blobSource(name: string, blob: Blob): ByteSource {
  return {
    name,
    size: blob.size,
    async read(offset, length, { signal } = {}) {
      signal?.throwIfAborted();
      if (offset + length > blob.size) throw truncated(name, offset + length, blob.size);
      const bytes = await blobBytes(name, blob, offset, length);
      signal?.throwIfAborted();
      return bytes;
    },
    async close() {},
  };
}

async function blobBytes(
  name: string,
  blob: Blob,
  offset: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
  } catch (cause) {
    throw truncated(name, offset + length, 0, { cause });
  }
}
