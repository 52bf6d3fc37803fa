import type { ImageSize } from './image.js';

/** Tiles across and down. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
}

/**
 * The grid whose proportions come nearest to the image's, the smaller one first. Among equally near ones a larger
 * grid wins only while the image has more than half the pixels of that grid's canvas, strictly.
 *
 * Comparisons are exact float64 ones, as in the reference: ties are equal fractions and exact mid-points.
 *
 * @see `find_closest_aspect_ratio` in OpenGVLab/InternVL `internvl_chat/internvl/train/dataset.py`.
 */
export function chooseGrid(
  image: ImageSize,
  limits: { readonly tileSize: number; readonly minTiles: number; readonly maxTiles: number },
): Grid {
  const aspect = image.width / image.height;
  const area = image.width * image.height;
  let best: Grid = { columns: 1, rows: 1 };
  let nearest = Number.POSITIVE_INFINITY;
  for (let tiles = limits.minTiles; tiles <= limits.maxTiles; tiles++) {
    for (let columns = 1; columns <= tiles; columns++) {
      const rows = tiles / columns;
      if (!Number.isInteger(rows)) continue;
      const difference = Math.abs(aspect - columns / rows);
      const wins =
        difference < nearest ||
        (difference === nearest && area > 0.5 * limits.tileSize * limits.tileSize * tiles);
      if (!wins) continue;
      nearest = difference;
      best = { columns, rows };
    }
  }
  return best;
}
