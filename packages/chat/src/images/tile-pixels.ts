import type { ModelConfig } from '@internvl/checkpoint';
import { pixelValues, type Tile, tiles } from '@internvl/tiling';
import type { PlannedImage } from './plan-images.js';

export interface TilePixelsOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with each tile before its pixel values are given. */
  readonly onTile?: ((tile: Tile) => void) | undefined;
}

/** Cuts planned images and normalises tile after tile: `[3, tileSize, tileSize]` each. */
export async function* tilePixels(
  planned: readonly PlannedImage[],
  config: ModelConfig,
  { signal, onTile }: TilePixelsOptions = {},
): AsyncGenerator<Float32Array, void, void> {
  for (const { image, plan, frame } of planned) {
    // transformers' video processor is the fused one in every native checkpoint.
    const arithmetic = frame && config.layout === 'native' ? 'fused' : 'separate';
    for await (const tile of tiles(image, plan, { signal })) {
      onTile?.(tile);
      yield pixelValues([tile], { mean: config.mean, std: config.std, arithmetic });
    }
  }
}
