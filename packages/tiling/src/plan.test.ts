import { InternVLError } from '@internvl/backend';
import { describe, expect, it } from 'vitest';
import { boxOf, type PlanOptions, planTiles } from './plan.js';

/** Spec section 1.2 to the letter, candidates built and sorted as there. */
function literalGrid(width: number, height: number, least: number, most: number, side: number) {
  const candidates: [number, number][] = [];
  for (let n = least; n <= most; n++) {
    for (let i = 1; i <= n; i++) {
      for (let j = 1; j <= n; j++) if (i * j <= most && i * j >= least) candidates.push([i, j]);
    }
  }
  candidates.sort((a, b) => a[0] * a[1] - b[0] * b[1]);
  const aspect = width / height;
  let nearest = Number.POSITIVE_INFINITY;
  let best: [number, number] = [1, 1];
  for (const [i, j] of candidates) {
    const difference = Math.abs(aspect - i / j);
    if (difference < nearest) {
      nearest = difference;
      best = [i, j];
    } else if (difference === nearest && width * height > 0.5 * side * side * i * j) {
      best = [i, j];
    }
  }
  return best;
}

function grid(width: number, height: number, maxTiles = 12): string {
  const { columns, rows } = planTiles({ width, height }, { maxTiles });
  return `${columns}×${rows}`;
}

/** Small, seeded, uniform in [0, 1). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('the golden grids', () => {
  it.each([
    [448, 448, 12, '1×1'],
    [500, 500, 12, '1×1'],
    [633, 633, 12, '1×1'],
    [634, 634, 12, '2×2'],
    [897, 897, 12, '2×2'],
    [950, 950, 12, '2×2'],
    [951, 951, 12, '3×3'],
    [951, 951, 6, '2×2'],
    [1024, 1024, 12, '3×3'],
    [640, 480, 12, '4×3'],
    [480, 640, 12, '3×4'],
    [800, 1300, 12, '2×3'],
    [1920, 1080, 12, '4×2'],
    [1920, 1080, 6, '2×1'],
    [1920, 1080, 24, '5×3'],
    [1920, 1080, 40, '7×4'],
    [3840, 2160, 12, '4×2'],
    [1654, 2339, 12, '2×3'],
    [1654, 2339, 24, '4×6'],
    [1654, 2339, 40, '5×7'],
    [300, 1200, 12, '1×4'],
    [100, 1000, 12, '1×10'],
    [100, 1000, 6, '1×6'],
    [1000, 333, 12, '3×1'],
    [2, 3, 12, '2×3'],
    [1, 1, 12, '1×1'],
  ])('%i × %i with at most %i tiles is %s', (width, height, most, expected) => {
    expect(grid(width, height, most)).toBe(expected);
  });
});

describe('the grid rule', () => {
  const next = random(7);
  // Every order of magnitude of 1 … 20000 as often as any other, and many equal fractions.
  const side = () => Math.min(20000, Math.floor(20001 ** next()));

  it('equals the literal rule on sizes from 1 × 1 to 20000 × 20000', () => {
    for (let run = 0; run < 4000; run++) {
      const exact = run % 2 === 0;
      const unit = Math.ceil(next() * 500);
      const width = exact ? unit * Math.ceil(next() * 12) : side();
      const height = exact ? unit * Math.ceil(next() * 12) : side();
      const maxTiles = Math.ceil(next() * 40);
      const minTiles = Math.ceil(next() * maxTiles);
      const tileSize = run % 3 === 0 ? 56 : 448;
      const plan = planTiles({ width, height }, { minTiles, maxTiles, tileSize });
      const what = `${width} × ${height}, ${minTiles} to ${maxTiles}`;
      expect([plan.columns, plan.rows], what).toEqual(
        literalGrid(width, height, minTiles, maxTiles, tileSize),
      );
      const count = plan.columns * plan.rows;
      expect(count >= minTiles && count <= maxTiles, what).toBe(true);
      expect(plan.tiles, what).toBe(count === 1 ? 1 : count + 1);
    }
  });

  it('holds at the corners', () => {
    for (const [width, height] of [
      [1, 1],
      [1, 20000],
      [20000, 1],
      [20000, 20000],
    ] as const) {
      for (const maxTiles of [1, 6, 12, 24, 40]) {
        const plan = planTiles({ width, height }, { maxTiles });
        expect([plan.columns, plan.rows]).toEqual(literalGrid(width, height, 1, maxTiles, 448));
      }
    }
  });
});

describe('a plan', () => {
  it('tells boxes in both pixel systems, row by row', () => {
    const plan = planTiles({ width: 1000, height: 747 });
    expect(plan).toMatchObject({
      image: { width: 1000, height: 747 },
      columns: 4,
      rows: 3,
      width: 1792,
      height: 1344,
      tileSize: 448,
      thumbnail: true,
      tiles: 13,
      tokens: 3328,
    });
    expect(plan.boxes).toHaveLength(12);
    expect(plan.boxes[5]).toEqual({
      x: 448,
      y: 448,
      width: 448,
      height: 448,
      image: { x: 250, y: 249, width: 250, height: 249 },
    });
    expect(boxOf(plan, 5)).toBe(plan.boxes[5]);
    expect(boxOf(plan, 12)).toEqual({
      x: 0,
      y: 0,
      width: 1792,
      height: 1344,
      image: { x: 0, y: 0, width: 1000, height: 747 },
    });
  });

  it('has no thumbnail for one tile or when told so', () => {
    expect(planTiles({ width: 448, height: 448 })).toMatchObject({ thumbnail: false, tiles: 1, tokens: 256 });
    expect(planTiles({ width: 900, height: 448 }, { thumbnail: false })).toMatchObject({
      thumbnail: false,
      tiles: 2,
    });
  });

  it('is one tile when tiling is off, whatever the limits', () => {
    const options = { dynamicTiles: false, minTiles: 3, maxTiles: 12 };
    expect(planTiles({ width: 4000, height: 300 }, options)).toMatchObject({
      columns: 1,
      rows: 1,
      tiles: 1,
      thumbnail: false,
      width: 448,
      height: 448,
    });
  });

  it.each([
    [448, 256],
    [112, 16],
    [56, 4],
    [224, 64],
    [14, 1],
  ])('counts the tokens of a %i-pixel tile as %i', (tileSize, tokens) => {
    expect(planTiles({ width: 9, height: 9 }, { tileSize }).tokens).toBe(tokens);
  });

  it('takes the checkpoint’s own count of tokens', () => {
    expect(planTiles({ width: 640, height: 480 }, { tokensPerTile: 100 }).tokens).toBe(1300);
  });

  it('can ask for more tiles than the proportions need', () => {
    expect(planTiles({ width: 448, height: 448 }, { minTiles: 2, maxTiles: 2 }).tiles).toBe(3);
  });
});

describe('bad options', () => {
  it.each<[PlanOptions, Record<string, unknown>]>([
    [{ maxTiles: 41 }, { option: 'maxTiles', value: 41, most: 40 }],
    [{ maxTiles: 0 }, { option: 'maxTiles' }],
    [{ minTiles: 0 }, { option: 'minTiles' }],
    [{ minTiles: 1.5 }, { option: 'minTiles' }],
    [
      { minTiles: 7, maxTiles: 6 },
      { option: 'minTiles', minTiles: 7, maxTiles: 6 },
    ],
    [{ minTiles: 13 }, { minTiles: 13, maxTiles: 12 }],
    [{ tileSize: 0 }, { option: 'tileSize' }],
    [{ tileSize: Number.NaN }, { option: 'tileSize' }],
    [{ tokensPerTile: -1 }, { option: 'tokensPerTile' }],
  ])('refuses %o', (options, facts) => {
    expect(() => planTiles({ width: 10, height: 10 }, options)).toThrow(
      expect.objectContaining({ code: 'invalid-option', facts: expect.objectContaining(facts) }),
    );
  });

  it.each([
    [0, 5, 'image-empty'],
    [5, 0, 'image-empty'],
    [-1, 5, 'invalid-option'],
    [1.5, 5, 'invalid-option'],
    [Number.NaN, 5, 'invalid-option'],
    [5, Number.POSITIVE_INFINITY, 'invalid-option'],
  ])('refuses an image of %d × %d with %s', (width, height, code) => {
    try {
      planTiles({ width, height });
      expect.unreachable();
    } catch (error) {
      expect(InternVLError.is(error, code)).toBe(true);
    }
  });
});
