import type { Matrix } from './matrix.js';
import { blockElements, type ChunkOptions, type FloatType, type StoredTensor } from './stored-tensor.js';

/** Codes of one byte or less, with their scales behind them in the same stored tensor: both come of one reading. */
export interface QuantisedTensor extends StoredTensor {
  readonly codeBytes: number;
  /** Where the scales lie within the tensor, bytes. */
  readonly scales: { readonly offset: number; readonly bytes: number; readonly type: FloatType };
}

/** Bytes between codes and scales. */
export function padding(codeBytes: number): number {
  return (64 - (codeBytes % 64)) % 64;
}

/** A matrix in blocks of whole rows. */
export async function* readRows(
  matrix: Matrix,
  { signal }: ChunkOptions = {},
): AsyncGenerator<{ readonly row: number; readonly count: number; readonly values: Float32Array }> {
  const { rows, columns } = matrix;
  const blockRows = Math.max(1, Math.floor(blockElements / columns));
  for (let row = 0; row < rows; row += blockRows) {
    const count = Math.min(blockRows, rows - row);
    yield { row, count, values: await matrix.read(row, count, { signal }) };
  }
}
