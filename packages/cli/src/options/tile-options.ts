import type { TileOptions } from '@internvl/chat';
import type { OptionTable } from './option-table.js';
import { type OptionsOf, parseNumber } from './options.js';
import { usageError } from './usage-error.js';

const MOST_TILES = 40;

/** How images become tiles. */
export const tileOptions = {
  'min-tiles': { type: 'string', value: 'N', help: 'Fewest tiles of an image. Default: 1.' },
  'max-tiles': {
    type: 'string',
    value: 'N',
    help: "Most tiles of an image, thumbnail not counted; a list 5,1 gives each image its own. Default: the checkpoint's, or 12.",
  },
  'no-thumbnail': { type: 'boolean', help: 'Do not add the whole image as one more tile.' },
  exif: {
    type: 'boolean',
    help: 'Turn images as their EXIF orientation says. Off by default, as in the reference.',
  },
} as const satisfies OptionTable;

/** What the tile options ask for; what they leave out is the checkpoint's to say. */
export function tilesOf(options: OptionsOf<typeof tileOptions>): TileOptions {
  const minTiles = options.number('min-tiles', { least: 1, most: MOST_TILES, whole: true });
  const list = options.text('max-tiles')?.split(',');
  const limits = list?.map((text) =>
    parseNumber('--max-tiles', text, { least: 1, most: MOST_TILES, whole: true }),
  );
  const short = limits?.find((limit) => minTiles !== undefined && limit < minTiles);
  if (short !== undefined) {
    throw usageError(
      `Expected --min-tiles to be at most --max-tiles, got ${minTiles} and ${short}; lower one or raise the other.`,
      { minTiles, maxTiles: short },
    );
  }
  return {
    minTiles,
    maxTiles: limits?.length === 1 ? limits[0] : limits,
    ...(options.flag('no-thumbnail') && { thumbnail: false }),
    exif: options.flag('exif'),
  };
}
