/** Bytes at a known length that can be read in pieces: a file, a `Blob`, a URL that answers ranges. */
export interface ByteSource {
  /** For messages: the file's name. */
  readonly name: string;
  /** Length in bytes; may be beyond 4 GiB. */
  readonly size: number;
  /**
   * Exactly `length` bytes from `offset`.
   *
   * @throws `shard-truncated` when the source ends before that; `signal.reason` when aborted.
   */
  read(offset: number, length: number, options?: ByteReadOptions): Promise<Uint8Array<ArrayBuffer>>;
  /** Gives the handle back; idempotent. */
  close(): Promise<void>;
}

export interface ByteReadOptions {
  readonly signal?: AbortSignal | undefined;
}
