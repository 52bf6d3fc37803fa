import { bench, describe } from 'vitest';
import { formula } from '../test/fixtures.js';
import { simdKernel } from './kernel.js';
import { planTiles } from './plan.js';
import { scalarKernel } from './scalar-kernel.js';
import { cutTile } from './tiles.js';

const image = formula(4032, 3024);
const plan = planTiles(image);

// Against Pillow in the same run: benchmarks/tiling.
describe('one tile and the thumbnail of 4032 × 3024', () => {
  for (const [name, kernel] of [
    ['SIMD', simdKernel()],
    ['scalar', scalarKernel()],
  ] as const) {
    bench(name, () => {
      for (const index of [0, plan.tiles - 1]) for (const _ of cutTile(kernel, image, plan, index));
    });
  }
});
