import { expect, it } from 'vitest';
import { argmax } from './argmax.js';
import { largest } from './largest.js';
import { seededRandom } from './seeded-random.js';

it('gives the largest first, the lower index first among equals', () => {
  expect(largest(Float32Array.of(1, 5, 5, 2, 5), 3)).toEqual([1, 2, 4]);
  expect(largest(Float32Array.of(5, 5, 5, 5), 2)).toEqual([0, 1]);
  expect(largest(Float32Array.of(1, Number.NEGATIVE_INFINITY), 5)).toEqual([0]);
  expect(largest(Float32Array.of(1), 0)).toEqual([]);
});

it('agrees with sorting', () => {
  const random = seededRandom(3);
  for (let round = 0; round < 50; round++) {
    const values = Float32Array.from({ length: 200 }, () => Math.floor(random() * 40));
    const sorted = [...values.keys()].sort((a, b) => values[b]! - values[a]! || a - b);
    const count = Math.floor(random() * 201);
    expect(largest(values, count)).toEqual(sorted.slice(0, count));
  }
});

it('takes the first of equal maxima and refuses what is not finite', () => {
  expect(argmax(Float32Array.of(1, 3, 3))).toBe(1);
  for (const scores of [
    [Number.NaN, Number.NaN],
    [Number.NEGATIVE_INFINITY],
    [1, Number.POSITIVE_INFINITY],
  ]) {
    expect(() => argmax(Float32Array.from(scores))).toThrow(
      expect.objectContaining({ code: 'logits-not-finite' }),
    );
  }
});
