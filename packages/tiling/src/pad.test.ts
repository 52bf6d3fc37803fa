import { expect, it } from 'vitest';
import { expected, formula, sha256 } from '../test/fixtures.js';
import { padToSquare } from './pad.js';

it.each(expected().padded)('pads $from as the reference does', ({ from, rgb }) => {
  const square = padToSquare(formula(...from));
  expect([square.width, square.height]).toEqual([Math.max(...from), Math.max(...from)]);
  expect(sha256(square.data)).toBe(rgb);
});

it('takes the colour from the mean and drops alpha', () => {
  const square = padToSquare(
    { data: Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]), width: 2, height: 1 },
    [0.5, 0, 1],
  );
  expect([...square.data]).toEqual([1, 2, 3, 5, 6, 7, 127, 0, 255, 127, 0, 255]);
});
