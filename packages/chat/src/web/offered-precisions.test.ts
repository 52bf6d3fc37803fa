import { fileURLToPath } from 'node:url';
import { openCheckpoint } from '@internvl/checkpoint/node';
import { expect, test } from 'vitest';
import { offeredPrecisions } from './offered-precisions.js';

const nano = fileURLToPath(new URL('../../../../models/nano/', import.meta.url));
const page = { crossOriginIsolated: true, threads: 2 };

/** A GPU that binds so many bytes. */
const gpu = (bytes: number) => ({
  ...page,
  webgpu: {
    vendor: '',
    architecture: '',
    description: '',
    fallbackAdapter: false,
    shaderF16: false,
    limits: { maxBufferSize: 2 * bytes, maxStorageBufferBindingSize: bytes },
  },
});

test('sizes come from headers alone, the smallest binding cuts tensors', async () => {
  const checkpoint = await openCheckpoint(nano);
  const weights = {
    names: () => checkpoint.weights.names(),
    has: (name: string) => checkpoint.weights.has(name),
    info: (name: string) => checkpoint.weights.info(name),
    read: () => Promise.reject(new Error('a weight was read')),
    readRows: () => Promise.reject(new Error('a weight was read')),
    readBytes: () => Promise.reject(new Error('a weight was read')),
  };
  const from = { config: checkpoint.config, weights };
  const names = ['q4', 'int8', 'fp32'];
  const whole = await offeredPrecisions(from, names, page, undefined);
  expect(whole.map(({ precision }) => precision)).toEqual(names);
  expect(whole[0]!.weightBytes).toBeLessThan(whole[1]!.weightBytes);
  expect(whole[1]!.weightBytes).toBeLessThan(whole[2]!.weightBytes);
  expect(await offeredPrecisions(from, names, gpu(2 ** 30), undefined)).toEqual(whole);
  const [cut] = await offeredPrecisions(from, ['fp32'], gpu(2 ** 20), undefined);
  expect(whole[2]!.largestTensorBytes).toBeGreaterThan(2 ** 20);
  expect(cut!.maxTensorBytes).toBe(2 ** 20);
  expect(cut!.largestTensorBytes).toBeLessThanOrEqual(2 ** 20);
  await expect(offeredPrecisions(from, ['q3'], page, undefined)).rejects.toMatchObject({
    code: 'invalid-option',
  });
  await checkpoint.close();
});
