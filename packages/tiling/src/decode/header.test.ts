import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { expected, fixture } from '../../test/fixtures.js';
import { cutShort } from './cut-short.js';
import { readHeader } from './header.js';

const formats: Readonly<Record<string, string>> = { jpg: 'jpeg', tif: 'tiff' };
const record = expected().files;

it.each(readdirSync(fixture('tiling/files')).filter((name) => name !== 'animated.avif'))(
  'reads format and size of %s',
  (name) => {
    const bytes = new Uint8Array(readFileSync(fixture(`tiling/files/${name}`)));
    const ending = name.slice(name.lastIndexOf('.') + 1);
    const { width, height } = record[name]!;
    const header = readHeader(bytes);
    expect(header?.format).toBe(formats[ending] ?? ending);
    expect(header?.size).toEqual({ width, height });
    expect(cutShort(bytes, header!.format)).toBe(false);
    for (let length = 0; length < 64; length++) {
      const early = readHeader(bytes.subarray(0, length));
      if (early?.size) expect(early.size).toEqual({ width, height });
    }
  },
);

it('sizes lossless and extended WebP', () => {
  const bytes = new Uint8Array(readFileSync(fixture('tiling/files/turned-6.webp')));
  expect(readHeader(bytes)?.size).toEqual({ width: 16, height: 8 });
});

it('knows nothing about other bytes', () => {
  for (const bytes of [[], [0xff], [0x89, 0x50], Array.from({ length: 40 }, () => 0)]) {
    expect(readHeader(Uint8Array.from(bytes))).toBeUndefined();
  }
});
