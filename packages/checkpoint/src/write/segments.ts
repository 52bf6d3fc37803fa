import type { Matrix } from './matrix.js';

/** A run of rows (or columns) of a matrix; without `first`, as many zeros. */
export interface Segment {
  readonly first?: number;
  readonly count: number;
}

/** The rows that `segments` name, in their order: reorders, repeats and pads. */
export function pickRows(matrix: Matrix, segments: readonly Segment[]): Matrix {
  const rows = segments.reduce((sum, segment) => sum + segment.count, 0);
  return {
    ...matrix,
    rows,
    async read(firstRow, rowCount, options) {
      const block = new Float32Array(rowCount * matrix.columns);
      let start = 0;
      for (const segment of segments) {
        const first = Math.max(firstRow, start);
        const end = Math.min(firstRow + rowCount, start + segment.count);
        if (first < end && segment.first !== undefined) {
          const part = await matrix.read(segment.first + first - start, end - first, options);
          block.set(part, (first - firstRow) * matrix.columns);
        }
        start += segment.count;
      }
      return block;
    },
  };
}

/** The columns that `segments` name, in their order. */
export function pickColumns(matrix: Matrix, segments: readonly Segment[]): Matrix {
  const columns = segments.reduce((sum, segment) => sum + segment.count, 0);
  return {
    ...matrix,
    columns,
    async read(firstRow, rowCount, options) {
      const rows = await matrix.read(firstRow, rowCount, options);
      const block = new Float32Array(rowCount * columns);
      for (let row = 0; row < rowCount; row++) {
        let to = row * columns;
        for (const { first, count } of segments) {
          if (first !== undefined) {
            const from = row * matrix.columns + first;
            block.set(rows.subarray(from, from + count), to);
          }
          to += count;
        }
      }
      return block;
    },
  };
}
