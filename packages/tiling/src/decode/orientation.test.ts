import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { expected, fixture, sha256 } from '../../test/fixtures.js';
import { readHeader } from './header.js';
import { decodeImage } from './node.js';
import { findOrientation, orient } from './orientation.js';

const record = expected().files;
const turned = Object.keys(record).filter((name) => name.startsWith('turned'));

it.each(turned)('finds, removes and applies the orientation of %s', async (name) => {
  const bytes = new Uint8Array(readFileSync(fixture(`tiling/files/${name}`)));
  const value = Number(name[7]);
  const found = findOrientation(bytes, readHeader(bytes)!.format);
  if (value === 1) {
    expect(found).toBeUndefined();
    return;
  }
  expect(found?.value).toBe(value);
  const stored = await decodeImage(found!.without);
  expect(stored.notices).toEqual([]);
  expect(sha256(stored.data)).toBe(record[name]!.rgb);
  const image = orient(stored, value);
  const want = record[name]!.turned!;
  expect([image.width, image.height]).toEqual([want.width, want.height]);
  expect(sha256(image.data)).toBe(want.rgb);
});

it('finds none in files without EXIF or with a broken one', () => {
  for (const name of ['rgb.jpg', 'alpha.png', 'lossy.webp', 'rgb.tif']) {
    const bytes = new Uint8Array(readFileSync(fixture(`tiling/files/${name}`)));
    expect(findOrientation(bytes, readHeader(bytes)!.format)).toBeUndefined();
  }
  const bytes = new Uint8Array(readFileSync(fixture('tiling/files/turned-6.jpg')));
  for (let length = 2; length < 80; length++) findOrientation(bytes.subarray(0, length), 'jpeg');
});
