import { describe, expect, it } from 'vitest';
import { expected, sha256 } from '../test/fixtures.js';
import { float16Bits } from './float16.js';
import { normalisations } from './normalisation.js';
import { pixelValues, pixelValuesFloat16 } from './pixel-values.js';

/** All 256 values in every channel, [16, 16, 3]. */
const every = {
  data: Uint8Array.from({ length: 768 }, (_, index) => Math.floor(index / 3)),
  width: 16,
  height: 16,
};

describe.each(['imagenet', 'clip', 'siglip'] as const)('%s', (name) => {
  const golden = expected().normalised[name];

  it('equals numpy in float32, both orders of operations', () => {
    for (const arithmetic of ['separate', 'fused'] as const) {
      const values = pixelValues([every], { ...normalisations[name], arithmetic });
      expect(sha256(new Uint8Array(values.buffer))).toBe(golden[arithmetic]);
    }
  });

  it('equals numpy in float16', () => {
    const values = pixelValuesFloat16([every], normalisations[name]);
    expect(sha256(new Uint8Array(values.buffer))).toBe(golden.float16);
  });
});

it('writes into an array of the caller, and into none of another length', () => {
  const into = new Float32Array(768).fill(9);
  expect(pixelValues([every], { into })).toBe(into);
  expect(into).toEqual(pixelValues([every]));
  for (const length of [767, 769]) {
    expect(() => pixelValues([every], { into: new Float32Array(length) })).toThrow(
      expect.objectContaining({ code: 'shape-mismatch' }),
    );
  }
});

it('is channels first, tile after tile, imagenet unless told otherwise', () => {
  const tile = (r: number, g: number, b: number) => ({
    data: Uint8Array.from([r, g, b]),
    width: 1,
    height: 1,
  });
  const values = pixelValues([tile(0, 128, 255), tile(255, 0, 128)]);
  expect([...values]).toEqual(
    [-2.1179039, 0.2051822, 2.6400001, 2.2489083, -2.0357141, 0.4264926].map((value) =>
      expect.closeTo(value, 6),
    ),
  );
});

it('drops alpha and takes no tiles', () => {
  const rgba = { data: Uint8Array.from([1, 2, 3, 77]), width: 1, height: 1 };
  const rgb = { data: Uint8Array.from([1, 2, 3]), width: 1, height: 1 };
  expect(pixelValues([rgba])).toEqual(pixelValues([rgb]));
  expect(pixelValues([])).toEqual(new Float32Array(0));
});

it('refuses sizes that differ and constants that are none', () => {
  const small = { data: new Uint8Array(3), width: 1, height: 1 };
  const wide = { data: new Uint8Array(6), width: 2, height: 1 };
  expect(() => pixelValues([small, wide])).toThrow(expect.objectContaining({ code: 'shape-mismatch' }));
  for (const options of [{ std: [1, 0, 1] }, { mean: [0, Number.NaN, 0] }, { std: [1, -1, 1] }] as const) {
    expect(() => pixelValues([small], options)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  }
});

describe('float16', () => {
  it.each([
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65519.99, 0x7bff],
    [65520, 0x7c00],
    [-1e9, 0xfc00],
    [Number.POSITIVE_INFINITY, 0x7c00],
    [Number.NaN, 0x7e00],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [2 ** -25 * 1.001, 0x0001],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [2047.5 / 1024, 0x4000],
    [1 / 3, 0x3555],
  ])('of %d is %i', (value, bits) => {
    expect(float16Bits(value)).toBe(bits);
  });
});
