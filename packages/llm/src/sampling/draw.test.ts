import { describe, expect, it } from 'vitest';
import { draw } from './draw.js';
import { seededRandom } from './seeded-random.js';
import { logSumExp, softmax } from './softmax.js';

describe('draw', () => {
  const scores = Float32Array.from([0.1, 0.2, 0.3, 0.4], Math.log);

  it('follows the cumulative probabilities', () => {
    expect([0, 0.05, 0.15, 0.29, 0.31, 0.61, 0.999].map((at) => draw(scores, () => at))).toEqual([
      0, 0, 1, 1, 2, 3, 3,
    ]);
  });

  it('never draws a removed token, not even at the edges', () => {
    const cut = Float32Array.of(Number.NEGATIVE_INFINITY, 0, Number.NEGATIVE_INFINITY);
    expect([draw(cut, () => 0), draw(cut, () => 1 - 2 ** -53)]).toEqual([1, 1]);
  });

  it('draws each token as often as its probability says', () => {
    const random = seededRandom(7);
    const counts = [0, 0, 0, 0];
    for (let round = 0; round < 20_000; round++) counts[draw(scores, random)]!++;
    counts.forEach((count, index) => {
      expect(Math.abs(count / 20_000 - (index + 1) / 10)).toBeLessThan(0.02);
    });
  });
});

describe('seededRandom', () => {
  it('repeats itself and differs by seed', () => {
    const take = (seed: number) => Array.from({ length: 5 }, seededRandom(seed));
    expect(take(1)).toEqual(take(1));
    expect(take(1)).not.toEqual(take(2));
    expect(take(0).every((value) => value >= 0 && value < 1)).toBe(true);
  });

  it('is spread evenly', () => {
    const random = seededRandom(5);
    const bins = new Uint32Array(16);
    for (let round = 0; round < 16_000; round++) bins[Math.floor(random() * 16)]!++;
    expect(Math.max(...bins.map((bin) => Math.abs(bin - 1000)))).toBeLessThan(150);
  });
});

it('softmax and logSumExp are stable for large scores', () => {
  const scores = Float32Array.of(1000, 1000, -1000);
  expect([...softmax(scores)]).toEqual([0.5, 0.5, 0]);
  expect(logSumExp(scores)).toBeCloseTo(1000 + Math.log(2), 10);
});
