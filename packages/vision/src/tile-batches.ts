import { dims, InternVLError, type Tensor } from '@internvl/backend';
import type { TileBuffers } from './tile-buffers.js';
import type { VisionSizes } from './vision-ports.js';

/** Writes the pixel values of one tile, `[3, H, W]`, into memory that the encoder has for them. */
export type TileWriter = (into: Float32Array<ArrayBuffer>) => void;

/**
 * Normalised tiles: one tensor `[tiles, 3, H, W]`, or tiles one after the other, so that work can start before the last tile
 * is cut. Each of these is `[3, H, W]` without its dimensions, or a function that writes such numbers, which needs no memory of
 * its own for each tile.
 */
export type PixelValues =
  | Tensor<'float32'>
  | AsyncIterable<Float32Array | TileWriter>
  | Iterable<Float32Array | TileWriter>;

/** Some tiles that go through the graph together. */
export interface TileBatch {
  readonly tiles: number;
  /** `[tiles, 3, H, W]` */
  readonly data: Float32Array;
  /** To be called when nothing reads the data any more. */
  readonly release: () => void;
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
  buffers: TileBuffers,
): AsyncGenerator<TileBatch, void, void> {
  const size = 3 * tileHeight * tileWidth;
  if ('dims' in source) {
    const [tiles] = dims(source, 'tiles', 3, tileHeight, tileWidth);
    const data = await source.getData();
    for (let first = 0; first < tiles; first += tilesPerRun) {
      const count = Math.min(tilesPerRun, tiles - first);
      yield { tiles: count, data: data.subarray(first * size, (first + count) * size), release: () => {} };
    }
    return;
  }
  let batch: Float32Array<ArrayBuffer> | undefined;
  let filled = 0;
  const full = (): TileBatch => {
    const buffer = batch!;
    const tiles = filled;
    [batch, filled] = [undefined, 0];
    return { tiles, data: buffer.subarray(0, tiles * size), release: () => buffers.give(buffer) };
  };
  for await (const tile of source) {
    if (typeof tile !== 'function') {
      if (tile.length !== size) throw wrongTile(tile.length, tileHeight, tileWidth);
      if (tilesPerRun === 1) {
        yield { tiles: 1, data: tile, release: () => {} };
        continue;
      }
    }
    batch ??= buffers.take();
    const place = batch.subarray(filled * size, (filled + 1) * size);
    if (typeof tile === 'function') tile(place);
    else place.set(tile);
    if (++filled === tilesPerRun) yield full();
  }
  if (filled > 0) yield full();
}

function wrongTile(length: number, height: number, width: number): InternVLError {
  return new InternVLError(
    'shape-mismatch',
    `Expected tiles of [3, ${height}, ${width}], ${3 * height * width} numbers, got ${length}; cut tiles of ${width} × ${height} pixels.`,
    { expected: [3, height, width], actual: length },
  );
}
