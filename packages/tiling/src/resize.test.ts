import { describe, expect, it } from 'vitest';
import { expected, fixture, formula, sha256 } from '../test/fixtures.js';
import { axis } from './axis.js';
import { decodeImage } from './decode/node.js';
import { type Kernel, simdKernel } from './kernel.js';
import { resample, resampleNow } from './resample.js';
import { centreCrop, resize } from './resize.js';
import { scalarKernel } from './scalar-kernel.js';

const record = expected();

describe.each<[string, () => Kernel]>([
  ['SIMD', simdKernel],
  ['scalar', scalarKernel],
])('the %s kernel', (_name, create) => {
  it.each(record.resized)('resizes $from to $to as Pillow does', ({ from, to, rgb, horizontalFirst }) => {
    const image = formula(...from);
    const [width, height] = to;
    const region = { x: 0, y: 0, width, height };
    const kernel = create();
    expect(sha256(resampleNow(kernel, image, { width, height }, region))).toBe(rgb);
    expect(sha256(resampleNow(kernel, image, { width, height }, region, 'horizontal-first'))).toBe(
      horizontalFirst,
    );
  });

  it.each([250, 900])('gives the same part whatever region is asked for, of %i lines', (height) => {
    const image = formula(333, height);
    const size = { width: 120, height: 200 };
    const whole = resampleNow(create(), image, size, { x: 0, y: 0, ...size });
    const kernel = create();
    for (const region of [
      { x: 0, y: 0, width: 1, height: 1 },
      { x: 119, y: 199, width: 1, height: 1 },
      { x: 17, y: 33, width: 61, height: 90 },
      { x: 0, y: 150, width: 120, height: 50 },
    ]) {
      const part = resampleNow(kernel, image, size, region);
      const cut = new Uint8Array(part.length);
      for (let y = 0; y < region.height; y++) {
        const at = ((region.y + y) * size.width + region.x) * 3;
        cut.set(whole.subarray(at, at + region.width * 3), y * region.width * 3);
      }
      expect(part).toEqual(cut);
    }
  });

  it('drops the fourth channel', () => {
    const image = formula(31, 23);
    const rgba = new Uint8ClampedArray(31 * 23 * 4);
    for (let pixel = 0; pixel < 31 * 23; pixel++) {
      rgba.set(image.data.subarray(pixel * 3, pixel * 3 + 3), pixel * 4);
      rgba[pixel * 4 + 3] = pixel;
    }
    const size = { width: 50, height: 9 };
    const region = { x: 0, y: 0, ...size };
    expect(resampleNow(create(), { data: rgba, width: 31, height: 23 }, size, region)).toEqual(
      resampleNow(create(), image, size, region),
    );
  });

  it('clamps overshoot on both sides', () => {
    const edge = { data: Uint8Array.from([0, 0, 0, 255, 255, 255, 255, 255, 255]), width: 3, height: 1 };
    const bytes = resampleNow(create(), edge, { width: 30, height: 1 }, { x: 0, y: 0, width: 30, height: 1 });
    expect([Math.min(...bytes), Math.max(...bytes)]).toEqual([0, 255]);
  });
});

it('holds a strip of the image in memory, not the resized image', () => {
  const image = { data: new Uint8Array(20000 * 100 * 3), width: 20000, height: 100 };
  const canvas = { width: 40 * 448, height: 448 };
  const kernel = scalarKernel();
  let most = 0;
  const watched: Kernel = {
    ...kernel,
    memory(bytes) {
      most = Math.max(most, bytes);
      return kernel.memory(bytes);
    },
  };
  for (let x = 0; x < canvas.width; x += 448) {
    resampleNow(watched, image, canvas, { x, y: 0, width: 448, height: 448 });
  }
  const thumbnail = { width: 448, height: 448 };
  resampleNow(watched, image, thumbnail, { x: 0, y: 0, ...thumbnail });
  // The canvas alone would be 24 MB; one tile with its source lines at full height 0.6 MB.
  expect(most).toBeLessThan(512 * 1024);
});

it('pauses after every strip and tells its work', () => {
  const steps = resample(
    scalarKernel(),
    formula(64, 64),
    { width: 64, height: 64 },
    {
      x: 0,
      y: 0,
      width: 64,
      height: 64,
    },
  );
  const work: number[] = [];
  let step = steps.next();
  for (; !step.done; step = steps.next()) work.push(step.value);
  expect(work).toHaveLength(2);
  expect(Math.min(...work)).toBeGreaterThan(0);
  expect(sha256(step.value)).toBe(sha256(formula(64, 64).data));
});

it('normalises and rounds coefficients as Pillow does', () => {
  const { starts, ends, pairs, table } = axis(5, 2, 0, 2, 3);
  expect([...starts, ...ends, pairs]).toEqual([0, 0, 5, 5, 3]);
  const taps = Array.from({ length: 6 }, (_, k) => {
    const shift = 16 * (k & 1);
    const high = (table[1 + 2 * (k >> 1)]! << (16 - shift)) >> 16;
    return high * 2 ** 14 + ((table[2 + 2 * (k >> 1)]! >>> shift) & 0xffff);
  });
  expect(taps.reduce((sum, tap) => sum + tap)).toBeCloseTo(2 ** 22, -1);
  expect(taps[5]).toBe(0);
});

describe('resize and centreCrop', () => {
  it('keeps an image of the same size', () => {
    const image = formula(40, 30);
    expect(resize(image, image)).toEqual({ ...image, data: Uint8Array.from(image.data) });
  });

  it('crops as CLIPImageProcessor does, oblong both ways', async () => {
    const image = await decodeImage(fixture('images/panda.png'));
    const wide = centreCrop(image, 100);
    const whole = resize(image, { width: 140, height: 100 });
    expect([wide.width, wide.height]).toEqual([100, 100]);
    expect(wide.data.subarray(0, 300)).toEqual(whole.data.subarray(20 * 3, 120 * 3));
    const tall = centreCrop(formula(20, 51), 10);
    const wholeTall = resize(formula(20, 51), { width: 10, height: 25 });
    expect(tall.data).toEqual(wholeTall.data.slice(7 * 30, 17 * 30));
  });

  it.each([
    [{ data: new Uint8Array(11), width: 2, height: 2 }, 'shape-mismatch'],
    [{ data: new Uint8Array(0), width: 0, height: 2 }, 'image-empty'],
  ])('refuses data that do not fit', (image, code) => {
    expect(() => resize(image, { width: 4, height: 4 })).toThrow(expect.objectContaining({ code }));
  });

  it('refuses sizes that are none', () => {
    expect(() => resize(formula(2, 2), { width: 4, height: 2.5 })).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
    expect(() => centreCrop(formula(2, 2), 0)).toThrow(expect.objectContaining({ code: 'image-empty' }));
  });
});
