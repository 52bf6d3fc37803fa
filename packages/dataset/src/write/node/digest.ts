import { createHash } from 'node:crypto';
import type { ByteSource } from '../../source/byte-source.js';
import type { FileDigest } from '../lineage.js';

/** A source that notes the digest of what is read from it. */
export interface DigestedSource {
  readonly source: ByteSource;
  /** Of the bytes as stored; for a pipe, and for an address that gives no parts, of the bytes as they were read. */
  digest(signal?: AbortSignal): Promise<FileDigest>;
}

export function digested(source: ByteSource): DigestedSource {
  const stored = source.seekable && source.size !== undefined;
  let read: FileDigest | undefined;
  return {
    source: {
      name: source.name,
      size: source.size,
      seekable: source.seekable,
      async *stream(options) {
        const ranged = options?.start !== undefined || options?.end !== undefined;
        if (stored || ranged) {
          yield* source.stream(options);
          return;
        }
        const hash = createHash('sha256');
        let bytes = 0;
        for await (const piece of source.stream(options)) {
          hash.update(piece);
          bytes += piece.length;
          yield piece;
        }
        read = { name: source.name, bytes, sha256: hash.digest('hex') };
      },
    },
    async digest(signal) {
      if (!stored && read !== undefined) return read;
      const hash = createHash('sha256');
      let bytes = 0;
      // A start makes it the stored bytes, not the unpacked ones.
      for await (const piece of source.stream(stored ? { start: 0, signal } : { signal })) {
        hash.update(piece);
        bytes += piece.length;
      }
      return { name: source.name, bytes, sha256: hash.digest('hex') };
    },
  };
}
