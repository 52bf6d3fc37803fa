import type { Tile } from '@internvl/tiling';
import type { TileWriter } from '@internvl/vision';
import { breath } from '../breath.js';
import type { FeatureOptions, TileFeatures } from '../chat.js';
import type { ChatModel } from '../chat-model.js';
import { oneAhead } from '../images/one-ahead.js';
import { planImages } from '../images/plan-images.js';
import { type TilePixels, tilePixels } from '../images/tile-pixels.js';
import type { ImageInput } from '../turn.js';

/** The vision encoder alone over one image, each tile as soon as it is ready. */
export async function* encodeFeatures(
  { config, decodeFile, vision }: ChatModel,
  image: ImageInput,
  { signal, ...options }: FeatureOptions,
): AsyncGenerator<TileFeatures, void, void> {
  const wanted = [{ turn: 0, images: [image], frame: false }];
  for await (const { planned } of planImages(wanted, config, { ...options, decodeFile, signal })) {
    const crops: Tile[] = [];
    const pixels = kept(oneAhead(tilePixels([planned], config, { signal })), crops);
    for await (const features of vision.features(pixels, { signal })) {
      await breath(signal);
      const { index, box, thumbnail, data, size } = crops.shift()!;
      const { classEmbedding, patchEmbeddings, visualTokens } = features;
      yield {
        index,
        total: planned.tiled.tiles,
        box,
        thumbnail,
        image: { data, width: size, height: size },
        classEmbedding,
        patchEmbeddings,
        ...(visualTokens && { visualTokens }),
      };
    }
  }
}

async function* kept(
  source: AsyncIterable<TilePixels>,
  crops: Tile[],
): AsyncGenerator<TileWriter, void, void> {
  for await (const { tile, pixels } of source) {
    crops.push(tile);
    yield (into) => void pixels(into);
  }
}
