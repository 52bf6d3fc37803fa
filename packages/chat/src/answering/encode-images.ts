import type { Tensor } from '@internvl/backend';
import type { TileFeatures } from '@internvl/vision';
import { breath } from '../breath.js';
import type { ChatModel } from '../chat-model.js';
import type { VisionProgress } from '../event.js';
import { tilePixels } from '../images/tile-pixels.js';
import type { ShownImages } from './memory.js';

export interface EncodeImagesOptions {
  readonly signal?: AbortSignal | undefined;
  /** Asks for hidden states too, and is called with them and the pixel values `[3, S, S]` of each tile. */
  readonly onTile?: ((pixels: Float32Array, features: TileFeatures) => void) | undefined;
}

/** Takes what has no visual tokens yet through the encoder, tile by tile. */
export async function* encodeImages(
  { vision, config }: ChatModel,
  shown: readonly ShownImages[],
  { signal, onTile }: EncodeImagesOptions,
): AsyncGenerator<VisionProgress, void, void> {
  const waiting = shown.filter(({ planned }) => planned.length > 0);
  const owners = waiting.flatMap(({ planned }) =>
    planned.flatMap(({ tiled }) => Array(tiled.tiles).fill(tiled.image)),
  );
  const pixels: Float32Array[] = [];
  const source = tilePixels(
    waiting.flatMap(({ planned }) => planned),
    config,
    { signal },
  );
  const tiles = onTile
    ? vision.features(kept(source, pixels), { signal })
    : vision.visualTokens(source, { signal });
  const tokens: Tensor<'float32'>[] = [];
  for await (const tile of tiles) {
    await breath(signal);
    if (onTile && 'lastHiddenState' in tile) onTile(pixels.shift()!, tile);
    tokens.push(tile.visualTokens!);
    yield {
      type: 'vision-progress',
      image: owners[tile.index]!,
      loaded: tokens.length,
      total: owners.length,
    };
  }
  let first = 0;
  for (const entry of waiting) {
    entry.tokens = tokens.slice(first, first + entry.tiles);
    first += entry.tiles;
    entry.planned = [];
  }
}

async function* kept(source: AsyncIterable<Float32Array>, pixels: Float32Array[]) {
  for await (const tile of source) {
    pixels.push(tile);
    yield tile;
  }
}
