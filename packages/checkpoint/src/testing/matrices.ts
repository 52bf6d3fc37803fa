import type { Matrix } from '../write/matrix.js';

/** A matrix that counts up row by row from `first`. */
export function arrayMatrix(name: string, rows: number, columns: number, first = 0): Matrix {
  const values = Float32Array.from({ length: rows * columns }, (_, at) => first + at);
  return {
    name,
    rows,
    columns,
    read: async (row, count) => values.slice(row * columns, (row + count) * columns),
  };
}

/** All rows, read in blocks of `step` to cross every border. */
export async function readAll(matrix: Matrix, step = 1): Promise<number[][]> {
  const rows: number[][] = [];
  for (let row = 0; row < matrix.rows; row += step) {
    const count = Math.min(step, matrix.rows - row);
    const block = await matrix.read(row, count);
    for (let at = 0; at < count; at++) {
      rows.push([...block.subarray(at * matrix.columns, (at + 1) * matrix.columns)]);
    }
  }
  return rows;
}

/** Bytes of a stored tensor. */
export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(Uint8Array.from(chunk));
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
