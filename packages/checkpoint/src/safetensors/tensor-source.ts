/** Dtypes that weights are stored in. */
export type StoredDType = 'F32' | 'F16' | 'BF16';

/** What a file says about one tensor. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: StoredDType;
  /** Row-major, outermost first; `[]` is a scalar. */
  readonly shape: readonly number[];
  /** Stored length in bytes. */
  readonly bytes: number;
}

export interface TensorReadOptions {
  readonly signal?: AbortSignal | undefined;
}

/** A run of elements in row-major order; without it, all of them. */
export interface TensorRange extends TensorReadOptions {
  /** Index of the first element. Default 0. */
  readonly first?: number | undefined;
  /** Number of elements. Default: to the end. */
  readonly count?: number | undefined;
}

/**
 * Weights by name, read when asked for: nothing is kept. Ask for rows of a large tensor rather than for all of it, then
 * memory stays at the size of what was asked for.
 */
export interface TensorSource {
  names(): readonly string[];
  has(name: string): boolean;
  /** @throws `tensor-missing` */
  info(name: string): TensorInfo;
  /**
   * Elements as float32, widened exactly from float16 and bfloat16.
   *
   * @throws `tensor-missing`, `shard-truncated`, `invalid-option` for a range outside the tensor
   */
  read(name: string, range?: TensorRange): Promise<Float32Array<ArrayBuffer>>;
  /**
   * Rows along the first axis as float32: `[rowCount, …shape.slice(1)]`.
   *
   * @throws as `read`
   */
  readRows(
    name: string,
    firstRow: number,
    rowCount: number,
    options?: TensorReadOptions,
  ): Promise<Float32Array<ArrayBuffer>>;
  /**
   * Elements as they are stored: `info(name).dtype`, little-endian.
   *
   * @throws as `read`
   */
  readBytes(name: string, range?: TensorRange): Promise<Uint8Array<ArrayBuffer>>;
}
