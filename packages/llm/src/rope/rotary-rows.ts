import type { Rotation } from './rotation.js';

/** Cosines and sines for a run, each `[rotations, columns]`, and how many were written. */
export interface RotaryRows {
  readonly cos: Float32Array;
  readonly sin: Float32Array;
}

/** Room for `rows` rows of `columns`; columns that no frequency fills turn nothing (cosine 1, sine 0). */
export function rotaryRows(rows: number, columns: number): RotaryRows {
  return { cos: new Float32Array(rows * columns).fill(1), sin: new Float32Array(rows * columns) };
}

/** Writes row `row` (of `columns` columns) for a token at `position`, rounding as torch's float32 does. */
export function writeRotaryRow(
  rows: RotaryRows,
  row: number,
  columns: number,
  rotation: Rotation,
  position: number,
): void {
  const { inverseFrequencies, divisor, scale } = rotation;
  const place = Math.fround(position / divisor);
  for (let index = 0; index < inverseFrequencies.length; index++) {
    const angle = Math.fround(place * inverseFrequencies[index]!);
    rows.cos[row * columns + index] = Math.fround(Math.cos(angle)) * scale;
    rows.sin[row * columns + index] = Math.fround(Math.sin(angle)) * scale;
  }
}
