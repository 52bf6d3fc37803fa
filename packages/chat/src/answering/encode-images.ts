import { type Tensor, untilAborted } from '@internvl/backend';
import type { TileFeatures, TileWriter } from '@internvl/vision';
import { breath } from '../breath.js';
import type { ChatModel } from '../chat-model.js';
import type { VisionProgress } from '../event.js';
import { oneAhead } from '../images/one-ahead.js';
import { type TilePixels, tilePixels } from '../images/tile-pixels.js';
import type { ShownImages } from './memory.js';
import type { TileCache } from './tile-cache.js';

export interface EncodeImagesOptions {
  readonly signal?: AbortSignal | undefined;
  /** Visual tokens that are known already. */
  readonly cache?: TileCache | undefined;
  /**
   * Asks for hidden states too, and is called with them and the pixel values `[3, S, S]` of each tile; every tile then goes
   * through the encoder.
   */
  readonly onTile?: ((pixels: Float32Array, features: TileFeatures) => void) | undefined;
}

/** A tile on its way through the encoder. */
interface Passing {
  readonly index: number;
  readonly key: string | undefined;
  /** For those who want to see them. */
  readonly pixels: Float32Array | undefined;
  /** Tells other answers that wait for it. */
  readonly over: () => void;
}

/** A tile that another answer has in the encoder. */
interface Elsewhere extends Pick<TilePixels, 'pixels'> {
  readonly index: number;
  readonly key: string | undefined;
}

/**
 * Gives every tile that has no visual tokens yet its own: from the cache, else through the encoder, tile by tile. What
 * another answer has in the encoder is waited for, after all of one's own.
 *
 * @returns how many went through the encoder
 */
export async function* encodeImages(
  { vision, config }: ChatModel,
  shown: readonly ShownImages[],
  { signal, cache, onTile }: EncodeImagesOptions,
): AsyncGenerator<VisionProgress, number, void> {
  const waiting = shown.filter(({ planned }) => planned.length > 0);
  const planned = waiting.flatMap((entry) => entry.planned);
  const owners = planned.flatMap(({ tiled }) => Array<number>(tiled.tiles).fill(tiled.image));
  const tokens = new Map<number, Tensor<'float32'>>();
  const names: (string | undefined)[] = [];
  const passing: Passing[] = [];
  const elsewhere: Elsewhere[] = [];
  let encoded = 0;

  const pass = ({ index, key, pixels }: Elsewhere): Float32Array | TileWriter => {
    const seen = onTile && pixels();
    passing.push({ index, key, pixels: seen, over: cache?.begin(key) ?? (() => {}) });
    return seen ?? ((into) => void pixels(into));
  };

  /** The tiles that neither the cache nor another answer has; one is cut while the one before is in the encoder. */
  async function* unknown(): AsyncGenerator<Float32Array | TileWriter, void, void> {
    for await (const { tile, arithmetic, pixels } of oneAhead(tilePixels(planned, config, { signal }))) {
      const index = names.length;
      const key = await cache?.keyOf(tile.data, arithmetic);
      names.push(key);
      const known = onTile ? undefined : await cache?.find(key);
      if (known) {
        await breath(signal);
        tokens.set(index, known);
      } else if (!onTile && cache?.underway(key)) {
        elsewhere.push({ index, key, pixels });
      } else {
        yield pass({ index, key, pixels });
      }
    }
  }

  let told = 0;
  function* news(): Generator<VisionProgress, void, void> {
    while (tokens.has(told)) {
      const image = owners[told]!;
      yield { type: 'vision-progress', image, loaded: ++told, total: owners.length };
    }
  }

  async function* encode(
    values: AsyncIterable<Float32Array | TileWriter> | Iterable<Float32Array | TileWriter>,
  ) {
    const tiles = onTile ? vision.features(values, { signal }) : vision.visualTokens(values, { signal });
    for await (const tile of tiles) {
      await breath(signal);
      const { index, key, pixels, over } = passing.shift()!;
      if (onTile && pixels && 'lastHiddenState' in tile) onTile(pixels, tile);
      encoded++;
      tokens.set(index, tile.visualTokens!);
      cache?.set(key, tile.visualTokens!);
      over();
      yield* news();
      await cache?.keep(key, tile.visualTokens!);
    }
  }

  try {
    yield* encode(unknown());
    for (const left of elsewhere) {
      const { index, key } = left;
      for (let other = cache?.underway(key); other; other = cache?.underway(key)) {
        await untilAborted(other, signal, () => {});
      }
      const known = await cache?.find(key);
      if (known) tokens.set(index, known);
      // The other answer ended without, or there was no room to keep it. One by one: nobody waits for one who waits.
      else yield* encode([pass(left)]);
      yield* news();
    }
  } finally {
    for (const { over } of passing) over();
  }
  yield* news();
  let first = 0;
  for (const entry of waiting) {
    entry.tokens = Array.from({ length: entry.tiles }, (_, index) => tokens.get(first + index)!);
    entry.names = names.slice(first, first + entry.tiles);
    first += entry.tiles;
    entry.planned = [];
  }
  return encoded;
}
