import type { TensorReadOptions, TensorSource } from '../safetensors/tensor-source.js';

/**
 * A matrix of float32 numbers `[rows, columns]` that is read in blocks of rows and never held whole. A vector is a
 * matrix of one column. Rows are as in a checkpoint's linear layers: one per output channel.
 */
export interface Matrix {
  /** For messages and for the name it is stored under. */
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  /** `rowCount` rows from `firstRow`: `[rowCount, columns]`. @throws as `TensorSource.read` */
  read(firstRow: number, rowCount: number, options?: TensorReadOptions): Promise<Float32Array<ArrayBuffer>>;
}

/**
 * A tensor of the checkpoint; dimensions behind the first one are one row.
 *
 * @throws `tensor-missing`
 */
export function tensorMatrix(source: TensorSource, name: string): Matrix {
  const [rows = 1, ...rest] = source.info(name).shape;
  return {
    name,
    rows,
    columns: rest.reduce((product, size) => product * size, 1),
    read: (firstRow, rowCount, options) => source.readRows(name, firstRow, rowCount, options),
  };
}

/** Several matrices of equal width, one below the other. */
export function stackRows(name: string, parts: readonly Matrix[]): Matrix {
  const columns = parts[0]!.columns;
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  return {
    name,
    rows,
    columns,
    async read(firstRow, rowCount, options) {
      const block = new Float32Array(rowCount * columns);
      let start = 0;
      for (const part of parts) {
        const first = Math.max(firstRow, start);
        const end = Math.min(firstRow + rowCount, start + part.rows);
        if (first < end) {
          block.set(await part.read(first - start, end - first, options), (first - firstRow) * columns);
        }
        start += part.rows;
      }
      return block;
    },
  };
}

/** Two matrices of equal shape, row by row in turn: `a0, b0, a1, b1, …`. */
export function interleaveRows(name: string, a: Matrix, b: Matrix): Matrix {
  const { columns } = a;
  return {
    name,
    rows: 2 * a.rows,
    columns,
    async read(firstRow, rowCount, options) {
      const first = Math.floor(firstRow / 2);
      const count = Math.ceil((firstRow + rowCount) / 2) - first;
      const pair = [await a.read(first, count, options), await b.read(first, count, options)] as const;
      const block = new Float32Array(rowCount * columns);
      for (let row = 0; row < rowCount; row++) {
        const at = firstRow + row;
        const from = (Math.floor(at / 2) - first) * columns;
        block.set(pair[at % 2 === 0 ? 0 : 1].subarray(from, from + columns), row * columns);
      }
      return block;
    },
  };
}

/** Every row times its element of `scale` `[rows, 1]`. */
export function scaleRows(matrix: Matrix, scale: Matrix): Matrix {
  return {
    ...matrix,
    async read(firstRow, rowCount, options) {
      const block = await matrix.read(firstRow, rowCount, options);
      const factors = await scale.read(firstRow, rowCount, options);
      for (let row = 0; row < rowCount; row++) {
        const factor = factors[row]!;
        const end = (row + 1) * matrix.columns;
        for (let at = row * matrix.columns; at < end; at++) block[at] = block[at]! * factor;
      }
      return block;
    },
  };
}

/** Every element times a number. */
export function scaleBy(matrix: Matrix, factor: number): Matrix {
  return {
    ...matrix,
    async read(firstRow, rowCount, options) {
      const block = await matrix.read(firstRow, rowCount, options);
      return factor === 1 ? block : block.map((value) => value * factor);
    },
  };
}
