import type { ByteStore } from './byte-store.js';

/** A byte store in memory, gone with the program. `now` gives Ms since 1970. */
export function memoryByteStore({ now = Date.now }: { readonly now?: () => number } = {}): ByteStore {
  const kept = new Map<string, { data: Uint8Array<ArrayBuffer>; used: number }>();
  return {
    async list() {
      return Array.from(kept, ([name, { data, used }]) => ({ name, bytes: data.length, used }));
    },
    async read(name) {
      return kept.get(name)?.data.slice();
    },
    async write(name, bytes) {
      kept.set(name, { data: bytes.slice(), used: now() });
    },
    async touch(name) {
      const found = kept.get(name);
      if (found) found.used = now();
    },
    async remove(name) {
      kept.delete(name);
    },
  };
}
