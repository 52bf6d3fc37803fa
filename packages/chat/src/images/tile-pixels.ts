import type { ModelConfig } from '@internvl/checkpoint';
import { pixelValues, type Tile, tiles } from '@internvl/tiling';
import type { PlannedImage } from './plan-images.js';

/** How bytes become pixel values: `fused` rounds once, `separate` after each step. */
type Arithmetic = 'fused' | 'separate';

/** One tile of a planned image. */
export interface TilePixels {
  readonly tile: Tile;
  readonly arithmetic: Arithmetic;
  /** Its pixel values, `[3, tileSize, tileSize]`, computed when asked for, into an array that is given. */
  pixels(into?: Float32Array<ArrayBuffer>): Float32Array;
}

/** Cuts planned images, tile after tile. */
export async function* tilePixels(
  planned: readonly PlannedImage[],
  { layout, mean, std }: ModelConfig,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<TilePixels, void, void> {
  for (const { image, plan, frame } of planned) {
    // transformers' video processor is the fused one in every native checkpoint.
    const arithmetic = frame && layout === 'native' ? 'fused' : 'separate';
    for await (const tile of tiles(image, plan, { signal })) {
      yield { tile, arithmetic, pixels: (into) => pixelValues([tile], { mean, std, arithmetic, into }) };
    }
  }
}
