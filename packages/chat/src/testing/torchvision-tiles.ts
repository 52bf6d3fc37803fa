import { planTiles, type RgbImage } from '@internvl/tiling';
import { decodeImage } from '@internvl/tiling/node';
import type { Chat } from '../chat.js';
import type { GoldenCase, GoldenRecord } from './golden-record.js';
import { torchvisionResize } from './torchvision-resize.js';

/** What the vision tower makes of the images of a native record when torchvision resizes them: rows for each tile. */
export async function torchvisionStages(chat: Chat, golden: GoldenCase, record: GoldenRecord) {
  const vision: Float32Array[] = [];
  const visualTokens: Float32Array[] = [];
  for (const tile of await torchvisionTiles(chat, golden, record)) {
    for await (const features of chat.features(tile, { maxTiles: 1 })) {
      vision.push(features.classEmbedding.data, features.patchEmbeddings.data);
      visualTokens.push(features.visualTokens!.data);
    }
  }
  return { vision: joined(vision), visualTokens: joined(visualTokens) };
}

async function torchvisionTiles(
  chat: Chat,
  golden: GoldenCase,
  { images, max_patches: maxTiles }: GoldenRecord,
) {
  const { tileSize } = chat.facts.config;
  const tiles: RgbImage[] = [];
  for (const { file } of images) {
    const image = await decodeImage(`${golden.images}/${file}`);
    const plan = planTiles(image, { tileSize, maxTiles });
    const resized = torchvisionResize(image, plan.width, plan.height);
    tiles.push(...plan.boxes.map(({ x, y }) => crop(resized, x, y, tileSize)));
    if (plan.thumbnail) tiles.push(torchvisionResize(image, tileSize, tileSize));
  }
  return tiles;
}

function crop({ data, width }: RgbImage, left: number, top: number, side: number): RgbImage {
  const cut = new Uint8Array(side * side * 3);
  for (let y = 0; y < side; y++) {
    const start = ((top + y) * width + left) * 3;
    cut.set(data.subarray(start, start + side * 3), y * side * 3);
  }
  return { data: cut, width: side, height: side };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const data = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  return data;
}
