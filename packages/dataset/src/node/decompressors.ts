import { Readable, Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { type Compression, type Decompressor, damaged, webDecompressors } from '../source/compression.js';

/** Node's own zlib: several gzip members in one file, and zstd from Node 22.15 on; before that `fzstd`. */
export const nodeDecompressors: Readonly<Record<Compression, Decompressor>> = {
  gzip: through('gzip', () => zlib.createGunzip()),
  zstd:
    zstdTransform('createZstdDecompress') === undefined
      ? webDecompressors.zstd
      : through('zstd', () => zstdTransform('createZstdDecompress') ?? zlib.createGunzip()),
};

/** zlib's zstd, or undefined before Node 22.15; this project's types are of Node 20. */
export function zstdTransform(name: 'createZstdCompress' | 'createZstdDecompress'): Transform | undefined {
  const make: unknown = Reflect.get(zlib, name);
  if (typeof make !== 'function') return undefined;
  const made: unknown = make.call(zlib);
  return made instanceof Transform ? made : undefined;
}

function through(compression: Compression, make: () => Transform): Decompressor {
  return async function* (pieces, name) {
    let upstream: { readonly error: unknown } | undefined;
    const input = Readable.from(
      watched(pieces, (error) => {
        upstream = { error };
      }),
    );
    const output = make();
    input.on('error', (error) => output.destroy(error));
    input.pipe(output);
    try {
      for await (const piece of output) yield piece;
    } catch (cause) {
      throw upstream === undefined ? damaged(name, compression, cause) : upstream.error;
    } finally {
      output.destroy();
      input.destroy();
    }
  };
}

async function* watched(
  pieces: AsyncIterable<Uint8Array>,
  onError: (error: unknown) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* pieces;
  } catch (error) {
    onError(error);
    throw error;
  }
}
