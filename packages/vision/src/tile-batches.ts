import { dims, InternVLError, type Tensor } from '@internvl/backend';
import type { VisionSizes } from './vision-ports.js';

/**
 * Normalised tiles: one tensor `[tiles, 3, H, W]`, or tiles one after the other, each `[3, H, W]` without its
 * dimensions, so that work can start before the last tile is cut.
 */
export type PixelValues = Tensor<'float32'> | AsyncIterable<Float32Array> | Iterable<Float32Array>;

/** Some tiles that go through the graph together. */
export interface TileBatch {
  readonly tiles: number;
  /** `[tiles, 3, H, W]` */
  readonly data: Float32Array;
}

/**
 * Groups tiles into batches of at most `tilesPerRun`, without copying where tiles already lie together. Ends the
 * source when it is left early.
 *
 * @throws `shape-mismatch`
 */
export async function* tileBatches(
  source: PixelValues,
  { tileHeight, tileWidth }: VisionSizes,
  tilesPerRun: number,
): AsyncGenerator<TileBatch, void, void> {
  const size = 3 * tileHeight * tileWidth;
  if ('dims' in source) {
    const [tiles] = dims(source, 'tiles', 3, tileHeight, tileWidth);
    const data = await source.getData();
    for (let first = 0; first < tiles; first += tilesPerRun) {
      const count = Math.min(tilesPerRun, tiles - first);
      yield { tiles: count, data: data.subarray(first * size, (first + count) * size) };
    }
    return;
  }
  let waiting: Float32Array[] = [];
  for await (const tile of source) {
    if (tile.length !== size) throw wrongTile(tile.length, tileHeight, tileWidth);
    waiting.push(tile);
    if (waiting.length === tilesPerRun) {
      yield joined(waiting, size);
      waiting = [];
    }
  }
  if (waiting.length > 0) yield joined(waiting, size);
}

function joined(tiles: readonly Float32Array[], size: number): TileBatch {
  if (tiles.length === 1) return { tiles: 1, data: tiles[0]! };
  const data = new Float32Array(tiles.length * size);
  tiles.forEach((tile, index) => {
    data.set(tile, index * size);
  });
  return { tiles: tiles.length, data };
}

function wrongTile(length: number, height: number, width: number): InternVLError {
  return new InternVLError(
    'shape-mismatch',
    `Expected tiles of [3, ${height}, ${width}], ${3 * height * width} numbers, got ${length}; cut tiles of ${width} × ${height} pixels.`,
    { expected: [3, height, width], actual: length },
  );
}
