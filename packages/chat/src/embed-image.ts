import { InternVLError } from '@internvl/backend';
import type { Chat, TileFeatures } from './chat.js';
import type { ImageInput } from './turn.js';

export interface EmbedImageOptions {
  /** `mean` (the default) averages the patch embeddings, `class` takes the class embedding. */
  readonly pooling?: 'mean' | 'class' | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * An image as one vector of unit length, `[width]`: what the vision encoder makes of it as a single tile. Images that look
 * alike point the same way; text has no place in this space.
 *
 * @throws as `Chat.features`
 */
export async function embedImage(
  chat: Pick<Chat, 'features'>,
  image: ImageInput,
  { pooling = 'mean', signal }: EmbedImageOptions = {},
): Promise<Float32Array> {
  for await (const tile of chat.features(image, { minTiles: 1, maxTiles: 1, signal })) {
    return unit(pooling === 'class' ? await tile.classEmbedding.getData() : await mean(tile));
  }
  throw new InternVLError('image-empty', 'Expected a tile of the image, got none; check the image.');
}

async function mean({ patchEmbeddings }: TileFeatures): Promise<Float32Array> {
  const [patches = 1, width = 0] = patchEmbeddings.dims;
  const data = await patchEmbeddings.getData();
  const sum = new Float64Array(width);
  for (const [index, value] of data.entries()) sum[index % width]! += value;
  return Float32Array.from(sum, (value) => value / patches);
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return length === 0 ? Float32Array.from(vector) : vector.map((value) => value / length);
}
