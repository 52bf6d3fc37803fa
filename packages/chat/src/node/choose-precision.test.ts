import type { Backend } from '@internvl/backend';
import { hostTensor, InternVLError } from '@internvl/backend';
import { expect, test } from 'vitest';
import { tinyConfig } from '../testing/tiny-config.js';
import { choosePrecision } from './choose-precision.js';

/** A backend of this name that computes in half floats or fails at it. */
const named = (name: string, { halves = false, deviceTensors = false } = {}): Backend => ({
  spec: 'v1',
  name,
  capabilities: { dtypes: new Set(), tolerance: {}, deviceTensors, writesInto: false },
  load: async () => ({
    inputs: [],
    outputs: [],
    run: async () => {
      if (!halves) throw new InternVLError('run-failed', 'requires f16', {});
      return { y: hostTensor('float32', Float32Array.of(2, 4), [2]) };
    },
    dispose: async () => {},
  }),
});
const plenty = async () => 1e12;

test.each([
  [named('ort-node:cpu'), 'int8'],
  [named('ort-node:cpu (fallback from webgpu)'), 'int8'],
  [named('ort-node:webgpu', { halves: true, deviceTensors: true }), 'q4f16'],
  [named('ort-node:webgpu', { deviceTensors: true }), 'q4'],
  [named('ort-node:cuda', { halves: true }), 'q4f16'],
  [named('ort-native:cpu'), 'int8'],
  [named('ort-web:wasm'), 'int8'],
  [named('ort-node:coreml'), 'fp32'],
  [named('reference'), 'fp32'],
])('$name', async (backend, precision) => {
  const chosen = await choosePrecision(tinyConfig, backend, plenty);
  expect(chosen.precision).toBe(precision);
  expect(chosen.words).toContain(`${precision} on ${backend.name}: `);
});

test('little memory takes what needs the least, and says so', async () => {
  // Wide enough that four bits and their scales are less than eight bits.
  const llm = { ...tinyConfig.llm!, hidden: 512, mlpWidth: 2048 };
  const chosen = await choosePrecision({ ...tinyConfig, llm }, named('ort-node:cpu'), async () => 1);
  expect(chosen.precision).toBe('int8+q4');
  expect(chosen.words).toMatch(/needs .* in int8\+q4, .*needs .* in int8, /);
});
