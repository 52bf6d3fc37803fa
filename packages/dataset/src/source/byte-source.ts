/** Which bytes, and the signal that stops reading them. */
export interface ReadOptions {
  /** First byte. Default: 0. */
  readonly start?: number | undefined;
  /** Behind the last byte. Default: to the end. */
  readonly end?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Bytes somewhere: a file, an address, an object in a store, memory. Reading is by streams with back-pressure; `size`
 * and `start`/`end` are there where the place allows it.
 */
export interface ByteSource {
  /** What messages and `Place.file` call it. */
  readonly name: string;
  /** In bytes, as stored; undefined where that is not known before reading (a pipe). */
  readonly size?: number | undefined;
  /** True when `start` and `end` are honoured; false for a pipe. */
  readonly seekable: boolean;
  /**
   * The bytes in pieces of any length. Leaving the loop early closes what was opened.
   *
   * @throws `file-missing`, `network`, `range-unsupported`; `signal.reason` when aborted
   */
  stream(options?: ReadOptions): AsyncIterable<Uint8Array>;
}
