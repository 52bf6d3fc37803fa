import { expect, test } from 'vitest';
import type { VisionConfig } from '../model-config.js';
import { positionTable } from './position-table.js';

const vision = (tableSide: number, width: number): VisionConfig => ({
  imageSize: tableSide * 14,
  patchSize: 14,
  width,
  layers: 1,
  heads: 1,
  mlpWidth: 4,
  norm: 'layer',
  eps: 1e-6,
  qkvBias: true,
  qkNorm: false,
  tableSide,
});

test('at its own size the table stays as it is', () => {
  const table = Float32Array.from({ length: 17 * 2 }, (_, at) => Math.sin(at));
  expect(positionTable(table, vision(4, 2), { columns: 4, rows: 4 })).toEqual(table);
});

test('the class row is copied, a constant table stays constant', () => {
  const table = Float32Array.of(9, ...new Array<number>(16).fill(3));
  const resampled = positionTable(table, vision(4, 1), { columns: 7, rows: 2 });
  expect(resampled.length).toBe(15);
  expect(resampled[0]).toBe(9);
  for (const value of resampled.subarray(1)) expect(value).toBeCloseTo(3, 6);
});

/** torch.nn.functional.interpolate(arange(4) as 1 × 4 rows, mode='bicubic', align_corners=False), by its formula. */
test('halves and doubles as a = −0.75 with clamped taps says', () => {
  const table = Float32Array.of(0, ...[0, 1, 2, 3].flatMap(() => [0, 1, 2, 3]));
  const half = positionTable(table, vision(4, 1), { columns: 2, rows: 4 });
  const [a, b] = half.subarray(1);
  // Centre 0.5: taps 0 (clamped), 0, 1, 2 with weights −0.09375, 0.59375, 0.59375, −0.09375.
  expect(a).toBeCloseTo(0.59375 - 2 * 0.09375, 6);
  expect(b).toBeCloseTo(3 - (0.59375 - 2 * 0.09375), 6);
  const doubled = positionTable(table, vision(4, 1), { columns: 8, rows: 4 });
  // Centre 1.25: taps 0, 1, 2, 3 at distances 1.25, 0.25, 0.75, 1.75.
  expect(doubled[1 + 3]).toBeCloseTo(0.87890625 + 2 * 0.26171875 - 3 * 0.03515625, 6);
});
