import type { DownloadSink } from '../source/checkpoint.js';

/** A download of a small file into memory. */
export function memorySink(size: number): DownloadSink & { readonly bytes: Uint8Array<ArrayBuffer> } {
  const bytes = new Uint8Array(size);
  let loaded = 0;
  return {
    bytes,
    get loaded() {
      return loaded;
    },
    async restart() {
      loaded = 0;
    },
    async append(chunk) {
      bytes.set(chunk, loaded);
      loaded += chunk.length;
    },
  };
}
