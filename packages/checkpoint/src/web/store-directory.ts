import type { WritableFile } from '../convert/conversion-folder.js';

/** A folder of a model store: of the browser's own file system, or of memory in tests. */
export interface StoreDirectory {
  /** A folder inside; undefined when it is not there and not to be made. */
  directory(name: string, options?: { readonly create?: boolean }): Promise<StoreDirectory | undefined>;
  /** What is inside. */
  entries(): Promise<readonly StoreEntry[]>;
  /** A file as it is now, for reading; undefined when there is none. */
  file(name: string): Promise<Blob | undefined>;
  /** A file to append to: new, or cut to its first `keep` bytes. */
  open(name: string, keep: number): Promise<WritableFile>;
  /** Deletes a file, or a folder with all that is in it; what is not there is fine. */
  remove(name: string): Promise<void>;
}

export interface StoreEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory';
}

/** Bytes of all files in a folder and in its folders. */
export async function bytesIn(directory: StoreDirectory): Promise<number> {
  let bytes = 0;
  for (const { name, kind } of await directory.entries()) {
    if (kind === 'file') bytes += (await directory.file(name))?.size ?? 0;
    else {
      const inside = await directory.directory(name);
      if (inside) bytes += await bytesIn(inside);
    }
  }
  return bytes;
}

/** The text of a small file; undefined when there is none. */
export async function readText(directory: StoreDirectory, name: string): Promise<string | undefined> {
  return (await directory.file(name))?.text();
}

export async function writeText(directory: StoreDirectory, name: string, text: string): Promise<void> {
  const file = await directory.open(name, 0);
  try {
    await file.write(new TextEncoder().encode(text));
    await file.sync();
  } finally {
    await file.close();
  }
}
