import { expect, test } from 'vitest';
import type { LlmConfig } from '../model-config.js';
import { arrayMatrix, readAll } from '../testing/matrices.js';
import { kvHeadSize, padHeadColumns, padHeadNorm, padHeadRows } from './head-padding.js';

const llm = (headSize: number): LlmConfig => ({
  family: 'qwen3',
  hidden: 8,
  layers: 1,
  heads: 2,
  kvHeads: 1,
  headSize,
  mlpWidth: 8,
  vocabulary: 8,
  eps: 1e-6,
  maxPositions: 64,
  rope: { type: 'default', theta: 1e4 },
  qkvBias: false,
  qkNorm: true,
  tiedEmbeddings: false,
});

test('multiples of 8 stay, others grow to the next', () => {
  expect([8, 12, 24, 40, 96, 100, 128].map((size) => kvHeadSize(llm(size)))).toEqual([
    8, 16, 24, 40, 96, 104, 128,
  ]);
  const matrix = arrayMatrix('q', 16, 3);
  expect(padHeadRows(matrix, llm(8))).toBe(matrix);
  expect(padHeadColumns(matrix, llm(8))).toBe(matrix);
});

test('each half of a head is padded by itself', async () => {
  const rows = (await readAll(padHeadRows(arrayMatrix('q', 8, 1, 1), llm(4)))).flat();
  expect(rows).toEqual([1, 2, 0, 0, 3, 4, 0, 0, 5, 6, 0, 0, 7, 8, 0, 0]);
  const [columns] = await readAll(padHeadColumns(arrayMatrix('o', 1, 4, 1), llm(4)));
  expect(columns).toEqual([1, 2, 0, 0, 3, 4, 0, 0]);
});

test('an RMSNorm over the padded head equals the one over the true head', async () => {
  const norm = (x: readonly number[], scale: readonly number[], eps: number) => {
    const mean = x.reduce((sum, value) => sum + value * value, 0) / x.length;
    return x.map((value, at) => (value / Math.sqrt(mean + eps)) * scale[at]!);
  };
  const x = [0.001, -0.002, 0.003, 0.0005];
  const padded = padHeadNorm(arrayMatrix('norm', 4, 1, 1), 1e-6, llm(4));
  const spread = [x[0]!, x[1]!, 0, 0, x[2]!, x[3]!, 0, 0];
  const found = norm(spread, (await readAll(padded.scale)).flat(), padded.eps);
  const expected = norm(x, [1, 2, 3, 4], 1e-6);
  for (const [at, from] of [0, 1, 4, 5].entries()) expect(found[from]).toBeCloseTo(expected[at]!, 6);
});
