import { expect, it } from 'vitest';
import { tilesPerImage, tilesPerPage } from './budget.js';

it.each([
  [1, 12],
  [2, 6],
  [5, 2],
  [12, 1],
  [13, 1],
  [1000, 1],
])('gives each of %i images %i of 12 tiles', (images, most) => {
  expect(tilesPerImage(images)).toBe(most);
});

it('shares another budget', () => {
  expect(tilesPerImage(3, { maxTiles: 40 })).toBe(13);
});

it.each([
  [1, 18],
  [3, 18],
  [4, 16],
  [20, 3],
  [64, 1],
  [65, 1],
])('gives each of %i pages %i tiles', (pages, most) => {
  expect(tilesPerPage(pages)).toBe(most);
});

it.each([0, -1, 1.5, Number.NaN])('refuses %d images or pages', (count) => {
  expect(() => tilesPerImage(count)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  expect(() => tilesPerPage(count)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
});
