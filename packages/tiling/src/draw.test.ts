import { expect, it } from 'vitest';
import { formula } from '../test/fixtures.js';
import { drawTiles } from './draw.js';
import { planTiles } from './plan.js';

const white = { data: new Uint8Array(400 * 300 * 3).fill(200), width: 400, height: 300 };

it('keeps the proportions of the image and marks every edge', () => {
  const plan = planTiles(white);
  const picture = drawTiles(white, plan, { longestSide: 800 });
  expect([picture.width, picture.height]).toEqual([800, 600]);
  const at = (x: number, y: number) => picture.data[(y * picture.width + x) * 3];
  // Between lines and numbers the image, on the lines a light core with a dark rim.
  expect(at(150, 150)).toBe(200);
  expect([at(198, 150), at(199, 150), at(200, 150), at(201, 150)]).toEqual([0, 255, 255, 0]);
  expect([at(150, 198), at(150, 199), at(150, 200), at(150, 201)]).toEqual([0, 255, 255, 0]);
  expect(at(0, 150)).toBe(255);
  expect(at(799, 599)).toBe(255);
});

it('writes the index of each tile into its corner', () => {
  const plan = planTiles({ width: 200, height: 100 }, { minTiles: 2, maxTiles: 2 });
  const grey = { data: new Uint8Array(200 * 100 * 3).fill(128), width: 200, height: 100 };
  const picture = drawTiles(grey, plan, { longestSide: 96 });
  const rows = (left: number) =>
    Array.from({ length: 5 }, (_, y) =>
      Array.from({ length: 3 }, (_, x) => (picture.data[((4 + y) * 96 + left + 4 + x) * 3] ? '#' : '.')).join(
        '',
      ),
    );
  expect(rows(0)).toEqual(['###', '#.#', '#.#', '#.#', '###']);
  expect(rows(48)).toEqual(['.#.', '##.', '.#.', '.#.', '###']);
});

it.each([
  [1, 1],
  [1, 5000],
  [5000, 1],
])('draws an image of %i × %i', (width, height) => {
  const plan = planTiles({ width, height }, { maxTiles: 40 });
  const picture = drawTiles(formula(width, height), plan);
  expect(picture.width).toBeGreaterThanOrEqual(plan.columns * 24);
  expect(picture.height).toBeGreaterThanOrEqual(plan.rows * 24);
  expect(picture.data).toHaveLength(picture.width * picture.height * 3);
});

it('refuses a plan of another image and an impossible side', () => {
  expect(() => drawTiles(white, planTiles({ width: 1, height: 1 }))).toThrow(
    expect.objectContaining({ code: 'shape-mismatch' }),
  );
  expect(() => drawTiles(white, planTiles(white), { longestSide: 0 })).toThrow(
    expect.objectContaining({ code: 'invalid-option' }),
  );
});
