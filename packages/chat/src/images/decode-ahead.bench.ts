import { decodeImage } from '@internvl/tiling/node';
import sharp from 'sharp';
import { bench, describe } from 'vitest';
import { workAhead } from './work-ahead.js';

/** Twelve megapixels, as telephones take them. */
const [width, height] = [4000, 3000];
const noise = Uint8Array.from({ length: 3 * width * height }, (_, at) => ((at * 2654435761) >>> 13) & 255);
const photo = new Uint8Array(
  await sharp(noise, { raw: { width, height, channels: 3 } })
    .blur(3)
    .jpeg()
    .toBuffer(),
);

describe('six photos, decoded', () => {
  for (const [name, most] of [
    ['one after the other', 1],
    ['three at a time', 3],
  ] as const) {
    bench(name, async () => {
      const photos = Array<Uint8Array>(6).fill(photo);
      for await (const _ of workAhead(photos, (file) => decodeImage(file, {}), { most }));
    });
  }
});
