import { describe, expect, it } from 'vitest';
import { HashIndex } from './hash-index.js';
import { NearIndex } from './near-index.js';
import { GREY_SIDE, hammingDistance, perceptualHash } from './perceptual-hash.js';
import { jaccard, shingleSize, shingles } from './shingles.js';
import { normalisedText } from './text-key.js';

/** Small, seeded, uniform in [0, 1). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('shingles', () => {
  it('are 5 characters of spaced scripts and 3 of Chinese', () => {
    expect(shingleSize('a busy street')).toBe(5);
    expect(shingleSize('热闹的街边市场 apple')).toBe(3);
    expect(shingles('abcdef', 5)).toHaveLength(2);
    expect(shingles('aaaaaaa', 5)).toHaveLength(1);
    expect(shingles('ab', 5)).toHaveLength(1);
    expect(jaccard(shingles('abcdef', 5), shingles('abcdef', 5))).toBe(1);
  });

  it('forget case, width and marks', () => {
    expect(normalisedText('Ｈｅｌｌｏ,  World!')).toBe('hello world');
    expect(normalisedText('１２３。“好”')).toBe('123 好');
  });
});

describe('NearIndex', () => {
  it('finds what is similar, misses what is not, and estimates the similarity', () => {
    const next = random(3);
    const words = Array.from({ length: 400 }, () => Math.floor(next() * 1e9).toString(36));
    const text = (at: number): string[] =>
      Array.from({ length: 60 }, (_, index) => words[(at * 37 + index * 11) % 400]!);
    const index = new NearIndex({ bands: 40, rows: 6 });
    for (let at = 0; at < 1500; at++)
      index.add(shingles(`${text(at).join(' ')} ${at} ${Math.floor(next() * 1e9)}`, 5), at);
    const before = index.size;
    let found = 0;
    for (let at = 0; at < 100; at++) {
      const changed = text(at);
      changed[30] = 'changed';
      const first = shingles(text(at).join(' '), 5);
      const second = shingles(changed.join(' '), 5);
      const store = new NearIndex({ bands: 40, rows: 6 });
      store.add(first);
      const near = store.add(second);
      if (near === undefined) continue;
      found++;
      expect(Math.abs(near.similarity - jaccard(first, second))).toBeLessThan(0.15);
    }
    expect(found).toBeGreaterThan(95);
    expect(before).toBe(1500);
    expect(index.add(shingles(text(1).join(' '), 5), 123_456)).toBeUndefined();
  });
});

describe('perceptual hashes', () => {
  const image = (seed: number, noise: number): Uint8Array => {
    const next = random(seed);
    const waves = Array.from(
      { length: 5 },
      () => [next() * 3, next() * 3, next() * 6, 20 + next() * 30] as const,
    );
    const jitter = random(seed + 1000);
    return Uint8Array.from({ length: GREY_SIDE ** 2 }, (_, at) => {
      const [x, y] = [(at % GREY_SIDE) / GREY_SIDE, Math.floor(at / GREY_SIDE) / GREY_SIDE];
      const value = waves.reduce(
        (sum, [u, v, phase, height]) => sum + height * Math.cos(6.28 * (u * x + v * y) + phase),
        128,
      );
      return Math.min(255, Math.max(0, value + (jitter() - 0.5) * noise));
    });
  };

  it('hardly change with noise and brightness, and differ between images', () => {
    for (let seed = 1; seed < 20; seed++) {
      const plain = perceptualHash(image(seed, 0));
      expect(hammingDistance(plain, perceptualHash(image(seed, 6)))).toBeLessThanOrEqual(6);
      expect(
        hammingDistance(plain, perceptualHash(image(seed, 0).map((value) => value * 0.8 + 20))),
      ).toBeLessThanOrEqual(6);
      expect(hammingDistance(plain, perceptualHash(image(seed + 50, 0)))).toBeGreaterThan(7);
    }
  });

  it('want their square', () => {
    expect(() => perceptualHash(new Uint8Array(10))).toThrow(/Expected 32 × 32/);
  });

  it('are all found within the distance', () => {
    const next = random(9);
    const index = new HashIndex(7);
    const hashes = Array.from({ length: 300 }, () => ({
      high: Math.floor(next() * 2 ** 32),
      low: Math.floor(next() * 2 ** 32),
    }));
    for (const hash of hashes) index.add(hash);
    for (const [at, hash] of hashes.entries()) {
      const flipped = { ...hash };
      for (let bit = 0; bit < 7; bit++) {
        if (next() < 0.5) flipped.high = (flipped.high ^ (1 << Math.floor(next() * 32))) >>> 0;
        else flipped.low = (flipped.low ^ (1 << Math.floor(next() * 32))) >>> 0;
      }
      expect(index.nearest(flipped)?.index).toBe(at);
    }
    expect(() => new HashIndex(8)).toThrow(/0 to 7/);
  });
});
