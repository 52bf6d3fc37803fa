import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { fixture } from '../../test/fixtures.js';
import { TilingError } from '../error.js';
import { decodeGif } from './gif.js';

// Equality with Pillow is in node.test.ts, over every GIF of the fixtures.
const bytesOf = (name: string) => new Uint8Array(readFileSync(fixture(`tiling/files/${name}`)));

it('gives uncovered pixels the transparent colour, else the first', () => {
  const image = decodeGif(bytesOf('frame-off-corner.gif'), 1e6);
  const corner = [...image.data.subarray(0, 3)];
  for (let x = 0; x < 5; x++) expect([...image.data.subarray(x * 3, x * 3 + 3)]).toEqual(corner);
});

it('counts the frames that are whole when a later one is cut', () => {
  const bytes = bytesOf('animated.gif');
  const image = decodeGif(bytes.subarray(0, bytes.length - 200), 1e6);
  expect(image.frames).toBe(3);
  expect(image.data).toEqual(decodeGif(bytes, 1e6).data);
});

it('says truncated, damaged, empty or too large', () => {
  const bytes = bytesOf('random-1.gif');
  const code = (damage: (copy: Uint8Array) => Uint8Array, limit = 1e6) => {
    try {
      decodeGif(damage(bytes.slice()), limit);
      return 'decoded';
    } catch (error) {
      if (!(error instanceof TilingError)) throw error;
      return error.code;
    }
  };
  expect(code((copy) => copy.subarray(0, 12))).toBe('image-truncated');
  expect(code((copy) => copy.subarray(0, copy.length - 60))).toBe('image-truncated');
  expect(code((copy) => copy, 5)).toBe('image-too-large');
  // The descriptor follows the palette of 256 colours; its size is 4 bytes in, the code size 10.
  const frame = bytes.indexOf(0x2c, 13 + (3 << ((bytes[10]! & 7) + 1)));
  expect(code((copy) => copy.fill(0, frame + 5, frame + 9))).toBe('image-empty');
  expect(code((copy) => copy.fill(15, frame + 10, frame + 11))).toBe('image-unreadable');
  expect(code((copy) => copy.fill(0x3b, frame, frame + 1))).toBe('image-unreadable');
});

it('survives random damage with a typed error or an image', () => {
  let state = 9;
  const next = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % below;
  };
  for (let run = 0; run < 3000; run++) {
    const bytes = bytesOf(`random-${run % 12}.gif`);
    for (let hit = 0; hit < 2; hit++) bytes[next(bytes.length)] = next(256);
    try {
      const { data, width, height } = decodeGif(bytes, 1e6);
      expect(data).toHaveLength(width * height * 3);
    } catch (error) {
      if (!(error instanceof TilingError)) throw error;
    }
  }
});
