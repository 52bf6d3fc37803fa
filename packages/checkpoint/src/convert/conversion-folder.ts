import type { InternVLError } from '@internvl/backend';

/** The folder that a conversion is written into, wherever it lies: a disk, a browser's storage, memory. */
export interface ConversionFolder {
  /** Length of a file in bytes; undefined when there is none. */
  size(name: string): Promise<number | undefined>;
  /** Bytes of a file; fewer than asked for where it ends. */
  read(name: string, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  /** A file to append to: new, or cut to its first `keep` bytes. */
  open(name: string, keep: number): Promise<WritableFile>;
  /** Deletes a file; one that is not there is fine. */
  remove(name: string): Promise<void>;
  /** SHA-256 in pieces, the fastest there is here. */
  hash(): StreamingHash;
  /** Bytes that can still be written; undefined where nobody can say. */
  free(): Promise<number | undefined>;
  /** The error for too little room. Both numbers are bytes. */
  full(needed: number, free: number | undefined, cause?: unknown): InternVLError;
  /** Whether writing failed for want of room. */
  isFull(error: unknown): boolean;
}

export interface WritableFile {
  /** Appends all of `bytes`. */
  write(bytes: Uint8Array): Promise<void>;
  /** Waits until everything is on the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface StreamingHash {
  update(bytes: Uint8Array): unknown;
  /** Hexadecimal; nothing can follow. */
  hex(): string;
}
