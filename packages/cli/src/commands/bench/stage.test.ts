import { expect, test } from 'vitest';
import { stageOf } from './stage.js';

test('gives the median between two, and quartiles', () => {
  expect(stageOf('prefill', '100 tokens', [40, 10, 30, 20], { tokens: 100 })).toEqual({
    stage: 'prefill',
    of: '100 tokens',
    unit: 'ms',
    median: 25,
    low: 17.5,
    high: 32.5,
    count: 4,
    tokensPerSecond: 4000,
  });
});

test('one value is its own spread, none is no row', () => {
  expect(stageOf('memory-peak', 'process', [7], { unit: 'bytes' })).toMatchObject({
    unit: 'bytes',
    median: 7,
    low: 7,
    high: 7,
  });
  expect(stageOf('decode', '256 tokens', [])).toBeUndefined();
});
