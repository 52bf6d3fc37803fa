import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Backend, hostTensor } from '@internvl/backend';
import { readRange } from '@internvl/backend/node';
import { encodeModel } from '@internvl/backend/onnx';
import { referenceBackend } from '@internvl/backend/reference';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Fallback, nodeBackend } from './node-backend.js';

/** A device that onnxruntime-node has no provider for on this platform. */
const absent = process.platform === 'win32' ? 'coreml' : 'dml';

describe('nodeBackend', () => {
  it('is the CPU when CUDA is not installed', async () => {
    expect((await nodeBackend()).name).toMatch(/^ort-node:(cpu|cuda)$/);
  });

  it('falls back along its list, in its name and through the callback', async () => {
    const fallbacks: Fallback[] = [];
    const onFallback = (fallback: Fallback) => fallbacks.push(fallback);
    const backend = await nodeBackend({ device: absent, fallback: [absent, 'cpu'], onFallback });
    expect(backend.name).toBe(`ort-node:cpu (fallback from ${absent})`);
    expect(fallbacks).toMatchObject([{ wanted: absent, next: 'cpu' }]);
    expect(fallbacks[0]?.reason).toContain('no');
    expect(fallbacks[0]?.remedy).not.toBe('');
  });

  it('throws when there is nothing to fall back to', async () => {
    const refused = nodeBackend({ device: absent, fallback: 'none' });
    await expect(refused).rejects.toMatchObject({ code: 'device-missing', facts: { device: absent } });
  });

  it('refuses a device it does not know and threads that are none', async () => {
    // @ts-expect-error: what a caller without types might pass
    await expect(nodeBackend({ device: 'tpu' })).rejects.toMatchObject({ code: 'invalid-option' });
    await expect(nodeBackend({ threads: 0 })).rejects.toMatchObject({ code: 'invalid-option' });
  });

  it.runIf(process.platform === 'linux')('starts as many threads as it is told', async () => {
    const threads = async () => (await readdir('/proc/self/task')).length;
    const backend = await nodeBackend({ device: 'cpu', threads: 4 });
    const before = await threads();
    const graph = await backend.load({ bytes: addsWeights() });
    expect((await threads()) - before).toBe(3);
    await graph.dispose();
  });
});

describe.each([
  ['onnxruntime-node', () => nodeBackend({ device: 'cpu' })],
  ['onnxruntime-node, prepacked', () => nodeBackend({ device: 'cpu', prepack: true })],
  ['the reference backend', async () => referenceBackend({ readRange })],
])('a model on disk: %s', (_, make) => {
  let folder: string;
  let backend: Backend;
  const path = (name: string) => join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'internvl-'));
    backend = await make();
    await writeFile(path('model.onnx'), addsWeights('weights.data'));
    await writeFile(path('alone.onnx'), addsWeights('nowhere.data'));
    await writeFile(path('cut.onnx'), addsWeights('cut.data'));
    await writeFile(path('outside.onnx'), addsWeights('../weights.data'));
    await writeFile(path('page.onnx'), '<!doctype html>');
    const weights = new Float32Array(1026);
    weights.set([3, 4], 1024);
    await writeFile(path('weights.data'), new Uint8Array(weights.buffer));
    await writeFile(path('cut.data'), new Uint8Array(4100));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('loads with the data beside it', async () => {
    const graph = await backend.load({ path: path('model.onnx') });
    const { y } = await graph.run({ x: hostTensor('float32', Float32Array.of(10, 20), [2]) });
    expect([...((await y?.getData()) ?? [])]).toEqual([13, 24]);
    await graph.dispose();
  });

  it.each([
    ['none.onnx', 'file-missing'],
    ['alone.onnx', 'file-missing'],
    ['cut.onnx', 'model-unreadable'],
    ['outside.onnx', 'model-unreadable'],
    ['page.onnx', 'model-unreadable'],
  ])('refuses %s: %s', async (name, code) => {
    await expect(backend.load({ path: path(name) })).rejects.toMatchObject({ code });
  });
});

/** `y = x + w`, with `w` in a file or in the model. */
function addsWeights(location?: string): Uint8Array {
  const w = { name: 'w', type: 'float32', dims: [2] } as const;
  return encodeModel({
    irVersion: 10,
    opsets: { '': 21 },
    producer: 'test',
    graph: {
      name: 'test',
      nodes: [{ name: 'add', op: 'Add', domain: '', inputs: ['x', 'w'], outputs: ['y'], attributes: {} }],
      initializers: [
        location === undefined
          ? { ...w, data: new Uint8Array(8) }
          : { ...w, external: { location, offset: 4096, length: 8 } },
      ],
      inputs: [{ name: 'x', type: 'float32', dims: [2] }],
      outputs: [{ name: 'y', type: 'float32', dims: [2] }],
    },
  });
}
