import { InternVLError } from '@internvl/backend';
import type { TileOptions } from '../options.js';
import type { Turn } from '../turn.js';
import type { ImageTiles } from './dialect.js';

/** How many images turns show. */
export function imagesIn(turns: readonly Turn[]): number {
  return turns.flatMap(({ parts }) => parts.filter(({ type }) => type === 'image')).length;
}

/** Limits of each image of some turns. @throws `invalid-option` */
export function imageTiles(turns: readonly Turn[], { minTiles, maxTiles }: TileOptions): ImageTiles[] {
  const images = imagesIn(turns);
  const list = typeof maxTiles === 'object' ? maxTiles : Array.from({ length: images }, () => maxTiles);
  if (images > 0 && list.length !== images) {
    throw new InternVLError(
      'invalid-option',
      `Expected maxTiles as one number or one for each of ${images} images, got ${list.length}.`,
      { option: 'maxTiles', images, values: list.length },
    );
  }
  return list
    .slice(0, images)
    .map((most) => ({ minTiles: checked('minTiles', minTiles), maxTiles: checked('maxTiles', most) }));
}

function checked(option: string, value: number | undefined): number | undefined {
  if (value === undefined || (Number.isInteger(value) && value >= 1)) return value;
  throw new InternVLError(
    'invalid-option',
    `Expected ${option} as a whole number of 1 or more, got ${value}; change it.`,
    { option, value },
  );
}
