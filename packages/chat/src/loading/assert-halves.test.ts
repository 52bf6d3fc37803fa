import { type Backend, InternVLError } from '@internvl/backend';
import { nodeBackend } from '@internvl/backend-node';
import { expect, test } from 'vitest';
import { assertHalves } from './assert-halves.js';

const half = { vision: 'q8f16', llm: 'q4f16' } as const;

/** A backend that loads anything and fails like this. */
const failing = (error: Error): Backend => ({
  spec: 'v1',
  name: 'narrow',
  capabilities: { dtypes: new Set(), tolerance: {}, deviceTensors: false, writesInto: false },
  load: async () => ({
    inputs: [],
    outputs: [],
    run: () => Promise.reject(error),
    dispose: async () => {},
  }),
});

test('a device without half floats is told before the model is loaded', async () => {
  const narrow = failing(new InternVLError('run-failed', 'requires f16', {}));
  await expect(assertHalves(half, narrow)).rejects.toMatchObject({
    code: 'unsupported-operator',
    facts: { backend: 'narrow', precision: 'q8f16' },
  });
  await expect(assertHalves({ vision: 'q8', llm: 'fp16' }, narrow)).rejects.toMatchObject({
    code: 'unsupported-operator',
    facts: { precision: 'fp16' },
  });
  await assertHalves({ vision: 'q8', llm: 'q4' }, narrow);
});

test('another failure stays what it is', async () => {
  const lost = new InternVLError('device-lost', 'gone', {});
  await expect(assertHalves(half, failing(lost))).rejects.toBe(lost);
});

test('a CPU casts', async () => {
  await assertHalves(half, await nodeBackend({ device: 'cpu' }));
});
