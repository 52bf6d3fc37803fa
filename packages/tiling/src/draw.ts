import type { RgbImage } from './image.js';
import type { TilePlan } from './plan.js';
import { type OwnedRgbImage, resize } from './resize.js';
import { checkPlan } from './tiles.js';
import { whole } from './whole.js';

/** Digits of 3 × 5 pixels, three bits a row, the top row highest. */
const digits = [31599, 11415, 29671, 29647, 23497, 31183, 31215, 29257, 31727, 31695];
const smallestCell = 24;

function fill(
  picture: OwnedRgbImage,
  x: number,
  y: number,
  width: number,
  height: number,
  grey: number,
): void {
  const left = Math.max(0, x);
  const right = Math.min(picture.width, x + width);
  for (let row = Math.max(0, y); row < Math.min(picture.height, y + height); row++) {
    picture.data.fill(grey, (row * picture.width + left) * 3, (row * picture.width + right) * 3);
  }
}

function writeNumber(picture: OwnedRgbImage, value: number, x: number, y: number, scale: number): void {
  const text = String(value);
  fill(picture, x, y, (text.length * 4 + 1) * scale, 7 * scale, 0);
  for (const [position, character] of [...text].entries()) {
    const bits = digits[Number(character)]!;
    for (let bit = 0; bit < 15; bit++) {
      if (!((bits >> (14 - bit)) & 1)) continue;
      const column = 1 + position * 4 + (bit % 3);
      const row = 1 + Math.floor(bit / 3);
      fill(picture, x + column * scale, y + row * scale, scale, scale, 255);
    }
  }
}

/**
 * An overview for people: the image in its own proportions with the grid over it and the index of every tile in its
 * top left corner. A thumbnail is the whole picture and has no number.
 *
 * @param longestSide of the picture in pixels; 1024. Cells stay at least 24 pixels wide and high, so that very long
 *   images are widened.
 * @returns RGB `[height, width, 3]`.
 * @throws `shape-mismatch` when image and plan disagree; `invalid-option` for a side that is not 1 to 16384.
 */
export function drawTiles(
  image: RgbImage,
  plan: TilePlan,
  { longestSide = 1024 }: { readonly longestSide?: number } = {},
): OwnedRgbImage {
  checkPlan(image, plan);
  whole('longestSide', longestSide, 16384);
  const scale = longestSide / Math.max(image.width, image.height);
  const picture = resize(image, {
    width: Math.max(Math.round(image.width * scale), plan.columns * smallestCell),
    height: Math.max(Math.round(image.height * scale), plan.rows * smallestCell),
  });
  const edges = (count: number, size: number) =>
    Array.from({ length: count + 1 }, (_, index) => Math.round((index * size) / count));
  const across = edges(plan.columns, picture.width);
  const down = edges(plan.rows, picture.height);
  for (const [width, grey] of [
    [4, 0],
    [2, 255],
  ] as const) {
    for (const x of across) fill(picture, x - width / 2, 0, width, picture.height, grey);
    for (const y of down) fill(picture, 0, y - width / 2, picture.width, width, grey);
  }
  const cell = Math.min(picture.width / plan.columns, picture.height / plan.rows);
  const dot = Math.max(1, Math.floor(cell / 40));
  for (let index = 0; index < plan.boxes.length; index++) {
    const x = across[index % plan.columns]!;
    const y = down[Math.floor(index / plan.columns)]!;
    writeNumber(picture, index, x + 3, y + 3, dot);
  }
  return picture;
}
