import { expect, test } from 'vitest';
import type { Rope } from '../model-config.js';
import { Fields } from './fields.js';
import { readRope } from './rope.js';

const read = (llm: object) => readRope(new Fields(llm, 'config.json: llm_config'), 4096, 4);
const factors = { short_factor: [1, 2], long_factor: [3, 4] };

test.each<[string, object, Rope]>([
  ['nothing', {}, { type: 'default', theta: 10000 }],
  ['default', { rope_theta: 5, rope_scaling: { rope_type: 'default' } }, { type: 'default', theta: 5 }],
  [
    'rope_parameters',
    { rope_parameters: { rope_type: 'default', rope_theta: 7 } },
    { type: 'default', theta: 7 },
  ],
  ['linear', { rope_scaling: { type: 'linear', factor: 2 } }, { type: 'linear', theta: 10000, factor: 2 }],
  [
    'dynamic',
    { rope_theta: 1e6, rope_scaling: { type: 'dynamic', factor: 3.0 } },
    { type: 'dynamic', theta: 1e6, factor: 3, maxPositions: 4096 },
  ],
  [
    'llama3',
    {
      rope_theta: 5e5,
      rope_scaling: {
        rope_type: 'llama3',
        factor: 8,
        low_freq_factor: 1,
        high_freq_factor: 4,
        original_max_position_embeddings: 8192,
      },
    },
    {
      type: 'llama3',
      theta: 5e5,
      factor: 8,
      lowFreqFactor: 1,
      highFreqFactor: 4,
      originalMaxPositions: 8192,
    },
  ],
  ...(['su', 'longrope', 'yarn'] as const).map((type): [string, object, Rope] => [
    type,
    { original_max_position_embeddings: 128, rope_scaling: { type, ...factors } },
    {
      type: 'longrope',
      theta: 10000,
      shortFactor: [1, 2],
      longFactor: [3, 4],
      originalMaxPositions: 128,
      maxPositions: 4096,
      kind: type === 'yarn' ? 'yarn' : 'su',
    },
  ]),
  [
    'longrope with everything inside',
    {
      rope_parameters: {
        rope_type: 'longrope',
        rope_theta: 9,
        original_max_position_embeddings: 64,
        ...factors,
      },
    },
    {
      type: 'longrope',
      theta: 9,
      shortFactor: [1, 2],
      longFactor: [3, 4],
      originalMaxPositions: 64,
      maxPositions: 4096,
      kind: 'su',
    },
  ],
])('%s', (_, llm, rope) => {
  expect(read(llm)).toEqual(rope);
});

test('factors have to be as many as there are pairs of channels', () => {
  const scaling = { type: 'su', short_factor: [1, 2, 3], long_factor: [1, 2, 3] };
  expect(() => read({ original_max_position_embeddings: 1, rope_scaling: scaling })).toThrow(
    'a list of 2 numbers',
  );
});

test('rotary settings per kind of layer are refused', () => {
  expect(() => read({ rope_parameters: { full_attention: { rope_theta: 1 } } })).toThrow(
    'one set of rotary settings',
  );
});
