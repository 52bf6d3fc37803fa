import type { StoreDirectory } from '../web/store-directory.js';

/** What a memory directory has seen, and what it does next. */
export interface MemoryStorage {
  /** Bytes there may be; writing more fails as a browser does. */
  quota: number;
  /** Called before each write with what will be there then; throw to be interrupted. */
  onWrite: (path: string, bytes: number) => void;
  usage(): number;
  /** Bytes ever written. */
  written: number;
  readonly root: StoreDirectory;
  /** A copy of a file's content by its path from the root. */
  file(path: string): Uint8Array<ArrayBuffer> | undefined;
  /** Turns one bit of a file. */
  damage(path: string, at: number): void;
  set(path: string, bytes: Uint8Array<ArrayBuffer>): void;
  paths(): readonly string[];
}

/** The browser's file system, as far as a store uses it, in memory. */
export function memoryStorage(): MemoryStorage {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const folders = new Set<string>();
  const opened = new Set<string>();
  /** Made once for each state of a file: a Blob copies what it is made of. */
  const blobs = new WeakMap<Uint8Array<ArrayBuffer>, Blob>();
  const storage: MemoryStorage = {
    quota: Number.POSITIVE_INFINITY,
    onWrite: () => {},
    written: 0,
    usage: () => [...files.values()].reduce((sum, { length }) => sum + length, 0),
    root: directory(''),
    file: (path) => files.get(path)?.slice(),
    damage(path, at) {
      const bytes = files.get(path)?.slice();
      if (bytes?.[at] === undefined) throw new RangeError(`${path} has no byte ${at}`);
      bytes[at] ^= 1;
      files.set(path, bytes);
    },
    set: (path, bytes) => void files.set(path, bytes),
    paths: () => [...files.keys()].sort(),
  };
  function directory(prefix: string): StoreDirectory {
    return {
      async directory(name, { create = false } = {}) {
        const path = `${prefix}${name}/`;
        if (create) folders.add(path);
        return folders.has(path) ? directory(path) : undefined;
      },
      async entries() {
        const inside = (paths: Iterable<string>) =>
          [...paths].filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
        return [
          ...inside(files.keys())
            .filter((path) => !path.includes('/'))
            .map((name) => ({ name, kind: 'file' as const })),
          ...inside(folders)
            .filter((path) => /^[^/]+\/$/.test(path))
            .map((path) => ({ name: path.slice(0, -1), kind: 'directory' as const })),
        ];
      },
      async file(name) {
        const bytes = files.get(prefix + name);
        if (!bytes) return undefined;
        const blob = blobs.get(bytes) ?? new Blob([bytes]);
        blobs.set(bytes, blob);
        return blob;
      },
      async open(name, keep) {
        const path = prefix + name;
        if (opened.has(path)) throw new DOMException(`${path} is open`, 'NoModificationAllowedError');
        opened.add(path);
        const kept = new Uint8Array(keep);
        kept.set((files.get(path) ?? new Uint8Array()).subarray(0, keep));
        files.set(path, kept);
        return {
          async write(bytes) {
            const old = files.get(path) ?? new Uint8Array();
            const add = (part: Uint8Array) => {
              const grown = new Uint8Array(old.length + part.length);
              grown.set(old);
              grown.set(part, old.length);
              files.set(path, grown);
              storage.written += part.length;
            };
            try {
              storage.onWrite(path, old.length + bytes.length);
            } catch (error) {
              // Whoever is interrupted leaves half of what it wrote.
              add(bytes.subarray(0, bytes.length / 2));
              throw error;
            }
            if (storage.usage() + bytes.length > storage.quota) {
              throw new DOMException('too much', 'QuotaExceededError');
            }
            add(bytes);
          },
          async sync() {},
          async close() {
            opened.delete(path);
          },
        };
      },
      async remove(name) {
        const path = prefix + name;
        files.delete(path);
        for (const inside of [...files.keys(), ...folders]) {
          if (!inside.startsWith(`${path}/`)) continue;
          files.delete(inside);
          folders.delete(inside);
        }
      },
    };
  }
  return storage;
}
