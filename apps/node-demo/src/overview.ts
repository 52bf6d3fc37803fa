import { mkdir, writeFile } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { type PlanOptions, planTiles } from '@internvl/tiling';
import { drawTiles } from '@internvl/tiling/draw';
import { decodeImage, encodePng } from '@internvl/tiling/node';

/** Draws the tile plan over an image, and gives the path of the PNG. */
export async function writeOverview(path: string, options: PlanOptions): Promise<string> {
  const image = await decodeImage(path);
  const folder = resolve('out');
  const file = join(folder, `${basename(path, extname(path))}-tiles.png`);
  await mkdir(folder, { recursive: true });
  await writeFile(file, await encodePng(drawTiles(image, planTiles(image, options))));
  return file;
}
