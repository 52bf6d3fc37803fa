import sharp from 'sharp';
import { expect, it } from 'vitest';
import { fixture, formula, sha256 } from '../test/fixtures.js';
import { decodeImage } from './decode/node.js';
import { encodePng } from './encode-png.js';

it.each([
  [1, 1],
  [1, 9],
  [9, 1],
  [64, 48],
])('another decoder reads %i × %i back', async (width, height) => {
  const image = formula(width, height);
  const { data, info } = await sharp(await encodePng(image))
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([info.width, info.height, info.channels]).toEqual([width, height, 3]);
  expect(sha256(data)).toBe(sha256(image.data));
});

it('is about as small as PNG gets', async () => {
  const image = await decodeImage(fixture('images/panda.png'));
  expect((await encodePng(image)).length).toBeLessThan(70_000);
});

it('drops the fourth channel', async () => {
  const rgba = { data: Uint8Array.from([1, 2, 3, 0, 4, 5, 6, 255]), width: 2, height: 1 };
  expect([...(await decodeImage(await encodePng(rgba))).data]).toEqual([1, 2, 3, 4, 5, 6]);
});

it('refuses data that do not fit', async () => {
  await expect(encodePng({ data: new Uint8Array(5), width: 1, height: 1 })).rejects.toMatchObject({
    code: 'shape-mismatch',
  });
});
