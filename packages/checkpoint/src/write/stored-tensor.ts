import type { OnnxType } from '@internvl/backend/onnx';
import { toFloat16 } from './float16.js';
import type { Matrix } from './matrix.js';

/** A tensor as it will lie in the data file: its shape is known before a byte of it is read. */
export interface StoredTensor {
  /** Unique in a converted model; tensors of one name are the same bytes. */
  readonly name: string;
  readonly type: OnnxType;
  readonly dims: readonly number[];
  /** Length in bytes. */
  readonly bytes: number;
  /** The bytes in order, little-endian. A chunk is the reader's until it asks for the next. */
  chunks(options?: ChunkOptions): AsyncIterable<Uint8Array>;
}

export interface ChunkOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Element types that floating point weights are stored in. */
export type FloatType = 'float32' | 'float16';

/** Elements read from the checkpoint at a time: 16 MiB of float32. */
export const blockElements = 4 << 20;
/** Elements of a transposed matrix built in memory at a time: 256 MiB of float32. */
const defaultBandElements = 64 << 20;

/**
 * A matrix row by row.
 *
 * @param dims its shape in the graph, when that is not `[rows, columns]`: `[rows]` of a vector
 */
export function storedRows(
  matrix: Matrix,
  type: FloatType,
  dims: readonly number[] = [matrix.rows, matrix.columns],
): StoredTensor {
  const { name, rows, columns } = matrix;
  return {
    name,
    type,
    dims,
    bytes: rows * columns * bytesOf(type),
    async *chunks({ signal } = {}) {
      const blockRows = Math.max(1, Math.floor(blockElements / columns));
      for (let row = 0; row < rows; row += blockRows) {
        yield encode(await matrix.read(row, Math.min(blockRows, rows - row), { signal }), type, name);
      }
    },
  };
}

/**
 * A matrix `[rows, columns]` as `[columns, rows]`, what MatMul multiplies by from the right. Built in bands of at most 256
 * MiB: a matrix beyond that is read once for each band.
 *
 * @param bandElements elements of a band
 */
export function storedTransposed(
  matrix: Matrix,
  type: FloatType,
  bandElements: number = defaultBandElements,
): StoredTensor {
  const { name, rows, columns } = matrix;
  return {
    name,
    type,
    dims: [columns, rows],
    bytes: rows * columns * bytesOf(type),
    async *chunks({ signal } = {}) {
      const bandColumns = Math.min(columns, Math.max(1, Math.floor(bandElements / rows)));
      const blockRows = Math.max(1, Math.floor(blockElements / columns));
      for (let first = 0; first < columns; first += bandColumns) {
        const count = Math.min(bandColumns, columns - first);
        const band = new Float32Array(count * rows);
        for (let row = 0; row < rows; row += blockRows) {
          const block = await matrix.read(row, Math.min(blockRows, rows - row), { signal });
          transposeInto(band, block, { columns, first, count, rows, row });
        }
        for (let at = 0; at < band.length; at += blockElements) {
          yield encode(band.subarray(at, at + blockElements), type, name);
        }
      }
    },
  };
}

/** Side of the square that is transposed at once, so that both its ends stay in the cache. */
const square = 32;

/** Columns `first … first + count` of a block of rows that starts at `row`, into the band `[count, rows]`. */
export function transposeInto<T extends Float32Array | Uint8Array>(
  band: T,
  block: T,
  { columns, first, count, rows, row }: Record<'columns' | 'first' | 'count' | 'rows' | 'row', number>,
): void {
  const blockRows = block.length / columns;
  for (let top = 0; top < blockRows; top += square) {
    const bottom = Math.min(top + square, blockRows);
    for (let left = 0; left < count; left += square) {
      const right = Math.min(left + square, count);
      for (let column = left; column < right; column++) {
        const to = column * rows + row;
        const from = first + column;
        for (let at = top; at < bottom; at++) band[to + at] = block[at * columns + from]!;
      }
    }
  }
}

function encode(values: Float32Array, type: FloatType, name: string): Uint8Array {
  const array = type === 'float32' ? values : toFloat16(values, name);
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function bytesOf(type: FloatType): number {
  return type === 'float32' ? 4 : 2;
}
