import type { VisionConfig } from '../model-config.js';

/** A size in patches. */
export interface PatchGrid {
  readonly columns: number;
  readonly rows: number;
}

/**
 * Position embeddings for a grid of patches: the class token's row as it is, then the stored square table resampled to
 * `rows × columns`, row by row: `[1 + rows · columns, width]`. The identity where the grid is the table's own.
 *
 * Source: `_get_pos_embed` of `modeling_intern_vit.py`: torch's bicubic `interpolate` without antialiasing, a = −0.75,
 * `align_corners` false, taps clamped at the border.
 *
 * @param table `[1 + tableSide², width]`
 */
export function positionTable(
  table: Float32Array,
  { tableSide, width }: VisionConfig,
  { columns, rows }: PatchGrid,
): Float32Array<ArrayBuffer> {
  if (columns === tableSide && rows === tableSide) return Float32Array.from(table);
  const across = taps(tableSide, columns);
  const down = taps(tableSide, rows);
  const resampled = new Float32Array((1 + rows * columns) * width);
  resampled.set(table.subarray(0, width));
  for (const [row, vertical] of down.entries()) {
    for (const [column, horizontal] of across.entries()) {
      const to = (1 + row * columns + column) * width;
      for (let channel = 0; channel < width; channel++) {
        let sum = 0;
        for (const { index: y, weight: outer } of vertical) {
          let line = 0;
          for (const { index: x, weight } of horizontal) {
            line += weight * table[(1 + y * tableSide + x) * width + channel]!;
          }
          sum += outer * line;
        }
        resampled[to + channel] = sum;
      }
    }
  }
  return resampled;
}

interface Tap {
  readonly index: number;
  readonly weight: number;
}

/** The four source cells of every target cell of one axis. */
function taps(from: number, to: number): Tap[][] {
  return Array.from({ length: to }, (_, target) => {
    const centre = ((target + 0.5) * from) / to - 0.5;
    const base = Math.floor(centre);
    return [-1, 0, 1, 2].map((step) => ({
      index: Math.min(Math.max(base + step, 0), from - 1),
      weight: cubic(Math.abs(centre - base - step)),
    }));
  });
}

/** Keys' cubic convolution kernel with a = −0.75. */
function cubic(distance: number): number {
  const a = -0.75;
  if (distance <= 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  if (distance < 2) return ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a;
  return 0;
}
