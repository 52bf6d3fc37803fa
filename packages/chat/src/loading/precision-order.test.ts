import { parsePrecision } from '@internvl/checkpoint';
import { expect, test } from 'vitest';
import { tinyConfig } from '../testing/tiny-config.js';
import { type Processor, precisionOrder } from './precision-order.js';

const experts = {
  llm: { ...tinyConfig.llm!, experts: { count: 8, perToken: 2, mlpWidth: 32, normalise: true } },
};
const processors: readonly Processor[] = ['cpu', 'wasm', 'gpu', 'gpu-with-halves'];

test.each(processors)('every name of %s is a precision', (processor) => {
  for (const config of [tinyConfig, experts]) {
    const names = precisionOrder(processor, config);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) parsePrecision(name);
  }
});

test('half floats are for GPUs that have them, blocks for GPUs and the CPU', () => {
  expect(precisionOrder('gpu-with-halves', tinyConfig)[0]).toBe('q4f16');
  expect(precisionOrder('gpu', tinyConfig)[0]).toBe('q4');
  expect(precisionOrder('wasm', tinyConfig)[0]).toBe('int8');
  expect(precisionOrder('cpu', tinyConfig)[0]).toBe('int8');
  for (const processor of ['cpu', 'wasm', 'gpu'] as const) {
    expect(precisionOrder(processor, tinyConfig).join()).not.toContain('16');
  }
});

test('a GPU gets experts as floats', () => {
  for (const processor of ['gpu', 'gpu-with-halves'] as const) {
    expect(precisionOrder(processor, experts).join()).not.toMatch(/q4|q8|int8/);
  }
});
