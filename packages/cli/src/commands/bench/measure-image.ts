import type { ModelConfig } from '@internvl/checkpoint';
import { pixelValues, planTiles, type Tile, tiles } from '@internvl/tiling';
import { decodeImage } from '@internvl/tiling/node';
import { type Stage, stageOf } from './stage.js';

export interface ImageOptions {
  readonly maxTiles: number;
  readonly runs: number;
  readonly signal: AbortSignal;
}

/** Decoding a file, and cutting it into tiles of pixel values, in this thread. */
export async function measureImage(
  file: Uint8Array,
  { tileSize, thumbnail, minTiles, mean, std }: ModelConfig,
  { maxTiles, runs, signal }: ImageOptions,
): Promise<readonly (Stage | undefined)[]> {
  const decoding: number[] = [];
  const cutting: number[] = [];
  let of = ['', ''];
  for (let run = 0; run <= runs; run++) {
    const start = performance.now();
    const image = await decodeImage(file, { signal });
    const decoded = performance.now();
    const plan = planTiles(image, { tileSize, minTiles: Math.min(minTiles, maxTiles), maxTiles, thumbnail });
    const cutTiles: Tile[] = [];
    for await (const tile of tiles(image, plan, { signal })) cutTiles.push(tile);
    pixelValues(cutTiles, { mean, std });
    const cut = performance.now();
    of = [`${image.width} × ${image.height} pixels`, `${plan.tiles} tiles`];
    // The first run warms up.
    if (run === 0) continue;
    decoding.push(decoded - start);
    cutting.push(cut - decoded);
  }
  return [stageOf('decode-image', of[0] ?? '', decoding), stageOf('cut-tiles', of[1] ?? '', cutting)];
}
