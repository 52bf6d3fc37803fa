/** Something a byte store keeps. */
export interface StoredBytes {
  readonly name: string;
  readonly bytes: number;
  /** When it was written or touched last, Ms since 1970. */
  readonly used: number;
}

/**
 * Keeps bytes under names between runs of a program: in a folder, in a browser's own files, in memory. Several programs may
 * use one at the same time. Names are lower-case hexadecimal.
 */
export interface ByteStore {
  /** What is there, in no particular order. */
  list(): Promise<readonly StoredBytes[]>;
  /** Undefined for what is not there. */
  read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Puts bytes in place of what is there; whoever reads meanwhile gets the old ones or the new ones. */
  write(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Notes that it was of use; what is not there is fine. */
  touch(name: string): Promise<void>;
  /** Deletes it; what is not there is fine. */
  remove(name: string): Promise<void>;
}
