import type { Matrix } from './matrix.js';
import { notFinite } from './quantised-blocks.js';
import { padding, type QuantisedTensor, readRows } from './quantised-tensor.js';
import { blockElements, transposeInto } from './stored-tensor.js';

/** How weights become codes: `weight ≈ scale · (code − zero)`, `|code − zero| ≤ most`. */
export interface RowForm {
  readonly type: 'uint8' | 'int8';
  readonly zero: number;
  readonly most: number;
}

/** Eight bits, 1 … 255. */
export const unsignedRows: RowForm = { type: 'uint8', zero: 128, most: 127 };

/**
 * Seven bits, −63 … 63: processors multiply unsigned by signed bytes faster, and those without VNNI add two products in 16
 * bits, where seven bits of weight and eight of activation just fit.
 */
export const signedRows: RowForm = { type: 'int8', zero: 0, most: 63 };

/** Codes of a transposed matrix built in memory at a time: 192 MiB. */
const defaultBandElements = 192 << 20;

/**
 * A matrix with one scale for each row, stored as what is multiplied by from the right: codes `[columns, rows]`, scales
 * `float32 [rows]` behind them. A matrix beyond a band is read once for each band.
 */
export function quantisedRows(
  matrix: Matrix,
  form: RowForm,
  bandElements: number = defaultBandElements,
): QuantisedTensor {
  const { name, rows, columns } = matrix;
  const codeBytes = rows * columns;
  const scales = { offset: codeBytes + padding(codeBytes), bytes: 4 * rows, type: 'float32' } as const;
  return {
    name: `${name}.${form.type}`,
    type: form.type,
    dims: [columns, rows],
    codeBytes,
    scales,
    bytes: scales.offset + scales.bytes,
    async *chunks(options) {
      const found = new Float32Array(rows);
      const bandColumns = Math.min(columns, Math.max(1, Math.floor(bandElements / rows)));
      for (let first = 0; first < columns; first += bandColumns) {
        const count = Math.min(bandColumns, columns - first);
        const band = new Uint8Array(count * rows);
        for await (const { row, values } of readRows(matrix, options)) {
          const codes = quantise(values, columns, form, found, row);
          if (!codes) throw notFinite(name);
          transposeInto(band, codes, { columns, first, count, rows, row });
        }
        for (let at = 0; at < band.length; at += blockElements) yield band.subarray(at, at + blockElements);
      }
      yield new Uint8Array(padding(codeBytes));
      yield new Uint8Array(found.buffer);
    },
  };
}

/** Codes of a block of rows (a signed one as the byte it is), whose scales go to `scales` from `row` on; undefined where a weight is not finite. */
function quantise(
  values: Float32Array,
  columns: number,
  { zero, most }: RowForm,
  scales: Float32Array,
  row: number,
): Uint8Array | undefined {
  const codes = new Uint8Array(values.length);
  for (let start = 0; start < values.length; start += columns) {
    let largest = 0;
    for (let at = start; at < start + columns; at++) {
      const size = Math.abs(values[at]!);
      if (size > largest || Number.isNaN(size)) largest = size;
    }
    if (!Number.isFinite(largest)) return undefined;
    const scale = Math.fround(largest / most);
    scales[row + start / columns] = scale;
    const perScale = scale === 0 ? 0 : 1 / scale;
    for (let at = start; at < start + columns; at++) {
      codes[at] = Math.floor(values[at]! * perScale + zero + 0.5);
    }
  }
  return codes;
}
