import { InternVLError } from '@internvl/backend';
import type { ByteSource } from './byte-source.js';

/** Bytes that are in memory already. */
export function bytesSource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    async read(offset, length, { signal } = {}) {
      signal?.throwIfAborted();
      if (offset + length > bytes.length) throw truncated(name, offset + length, bytes.length);
      return Uint8Array.from(bytes.subarray(offset, offset + length));
    },
    async close() {},
  };
}

/** The error for a source that ends before its last expected byte. */
export function truncated(
  file: string,
  expected: number,
  found: number,
  options?: ErrorOptions,
): InternVLError {
  return new InternVLError(
    'shard-truncated',
    `Expected at least ${expected} bytes in ${file}, found ${found}; fetch the file again.`,
    { file, expected, found },
    options,
  );
}
