import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type RgbImage, type TilePlan, tiles } from '@internvl/tiling';
import { drawTiles } from '@internvl/tiling/draw';
import { encodePng } from '@internvl/tiling/node';
import { writeWhole } from '../input/write-file.js';
import type { Output } from '../terminal/output.js';

/** Names that this writes; older ones of these in the folder belong to another image. */
const OWN_NAMES = /^(tile-\d{2,}|thumbnail|overview)\.png$/;

/**
 * Writes each tile and the overview as PNG, the very bytes that the model sees.
 *
 * @returns paths in the order written
 * @throws `signal.reason`; tiles that were finished stay
 */
export async function writeTilePictures(
  image: RgbImage,
  plan: TilePlan,
  folder: string,
  output: Output,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const files: string[] = [];
  const write = async (name: string, picture: RgbImage) => {
    const path = join(folder, name);
    await writeWhole(path, [await encodePng(picture)], signal);
    files.push(path);
  };
  for await (const tile of tiles(image, plan, { signal })) {
    output.progress('tiles', tile.index + 1, plan.tiles);
    await write(tile.thumbnail ? 'thumbnail.png' : `tile-${String(tile.index).padStart(2, '0')}.png`, tile);
  }
  await write('overview.png', drawTiles(image, plan));
  await removeOthers(folder, files);
  return files;
}

/** Tiles of an earlier image with more of them would pass for tiles of this one. */
async function removeOthers(folder: string, written: readonly string[]): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (OWN_NAMES.test(name) && !written.includes(path)) await rm(path);
  }
}
