import { TilingError } from './error.js';
import { chooseGrid } from './grid.js';
import { checkSize, type ImageSize } from './image.js';
import { whole } from './whole.js';

/** A rectangle in pixels, `x` and `y` its top left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where a tile lies: in pixels of the resized image, and in pixels of the image it was made from (fractions occur). */
export interface TileBox extends Box {
  readonly image: Box;
}

/** What a checkpoint says about tiling; `ModelConfig` of `@internvl/checkpoint` may be passed as it is. */
export interface PlanOptions {
  /** Side of a tile in pixels; 448. */
  readonly tileSize?: number | undefined;
  /** Fewest tiles of the grid, 1 to 40; 1. */
  readonly minTiles?: number | undefined;
  /** Most tiles of the grid, 1 to 40, the thumbnail not counted; 12. */
  readonly maxTiles?: number | undefined;
  /** Whether the whole image is added as a last tile when the grid has more than one; true. */
  readonly thumbnail?: boolean | undefined;
  /** False resizes the whole image to one tile (`dynamic_image_size` of the checkpoint); true. */
  readonly dynamicTiles?: boolean | undefined;
  /** Visual tokens of one tile; by InternVL's formula `floor((tileSize / 14)² / 4)`, 256 for 448. */
  readonly tokensPerTile?: number | undefined;
}

/** How an image is cut, known from its size alone. */
export interface TilePlan {
  /** Size of the image this plan is for. */
  readonly image: ImageSize;
  readonly columns: number;
  readonly rows: number;
  /** Size the image is resized to, `columns × tileSize` by `rows × tileSize`; its proportions change. */
  readonly width: number;
  readonly height: number;
  readonly tileSize: number;
  /** Whether the whole image follows as a last tile. */
  readonly thumbnail: boolean;
  /** Tiles in all, the thumbnail included. */
  readonly tiles: number;
  /** Visual tokens of all tiles, `<img>` and `</img>` not counted. */
  readonly tokens: number;
  /** One box for each tile of the grid, row by row; the thumbnail has none. */
  readonly boxes: readonly TileBox[];
}

/**
 * Plans the tiles of an image from its size: the grid whose proportions come nearest, the size to resize to, one
 * box per tile, the thumbnail, the number of visual tokens.
 *
 * @param image width and height in pixels.
 * @throws `invalid-option` for limits outside 1 to 40, a minimum above the maximum, or sizes that are not whole;
 *   `image-empty` for a side of 0.
 * @see `dynamic_preprocess` in OpenGVLab/InternVL `internvl_chat/internvl/train/dataset.py`; InternVL 1.5 paper
 *   (arXiv 2404.16821), section 3.3.
 */
export function planTiles(image: ImageSize, options: PlanOptions = {}): TilePlan {
  const { dynamicTiles = true } = options;
  checkSize(image);
  const tileSize = whole('tileSize', options.tileSize ?? 448, 16384);
  const maxTiles = whole('maxTiles', options.maxTiles ?? 12, 40);
  const minTiles = whole('minTiles', options.minTiles ?? 1, 40);
  if (minTiles > maxTiles) {
    throw new TilingError(
      'invalid-option',
      `Expected minTiles of at most maxTiles, got ${minTiles} and ${maxTiles}; lower it.`,
      { option: 'minTiles', minTiles, maxTiles },
    );
  }
  const perTile = whole(
    'tokensPerTile',
    options.tokensPerTile ?? Math.max(1, Math.floor(Math.floor(tileSize / 14) ** 2 / 4)),
  );
  const { columns, rows } = dynamicTiles
    ? chooseGrid(image, { tileSize, minTiles, maxTiles })
    : { columns: 1, rows: 1 };
  const thumbnail = (options.thumbnail ?? true) && columns * rows > 1;
  const tiles = columns * rows + Number(thumbnail);
  const width = image.width / columns;
  const height = image.height / rows;
  return {
    image: { width: image.width, height: image.height },
    columns,
    rows,
    width: columns * tileSize,
    height: rows * tileSize,
    tileSize,
    thumbnail,
    tiles,
    tokens: tiles * perTile,
    boxes: Array.from({ length: columns * rows }, (_, index) => {
      const column = index % columns;
      const row = Math.floor(index / columns);
      return {
        x: column * tileSize,
        y: row * tileSize,
        width: tileSize,
        height: tileSize,
        image: { x: column * width, y: row * height, width, height },
      };
    }),
  };
}

/** The box of any tile of a plan; a thumbnail covers the whole image. */
export function boxOf(plan: TilePlan, index: number): TileBox {
  return (
    plan.boxes[index] ?? {
      x: 0,
      y: 0,
      width: plan.width,
      height: plan.height,
      image: { x: 0, y: 0, ...plan.image },
    }
  );
}
