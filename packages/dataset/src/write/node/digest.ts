import { createHash } from 'node:crypto';
import type { ByteSource } from '../../source/byte-source.js';
import type { FileDigest } from '../lineage.js';

/** A source that notes the digest of what is read from it. */
export interface DigestedSource {
  readonly source: ByteSource;
  /** Of the bytes as stored; for a pipe, of what was read. */
  digest(signal?: AbortSignal): Promise<FileDigest>;
}

export function digested(source: ByteSource): DigestedSource {
  const whole = createHash('sha256');
  let bytes = 0;
  return {
    source: {
      name: source.name,
      size: source.size,
      seekable: source.seekable,
      async *stream(options) {
        for await (const piece of source.stream(options)) {
          if (!source.seekable) {
            whole.update(piece);
            bytes += piece.length;
          }
          yield piece;
        }
      },
    },
    async digest(signal) {
      if (!source.seekable) return { name: source.name, bytes, sha256: whole.digest('hex') };
      const hash = createHash('sha256');
      let size = 0;
      // A start makes it the stored bytes, not the unpacked ones.
      for await (const piece of source.stream({ start: 0, signal })) {
        hash.update(piece);
        size += piece.length;
      }
      return { name: source.name, bytes: size, sha256: hash.digest('hex') };
    },
  };
}
