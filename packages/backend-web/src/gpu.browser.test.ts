import { hostTensor, InternVLError, type Tensor } from '@internvl/backend';
import { encodeModel } from '@internvl/backend/onnx';
import { expect, it } from 'vitest';
import { countGpuTraffic } from './gpu-traffic.js';
import { wasmPaths } from './testing/wasm-paths.js';
import { type WebBackend, webBackend } from './web-backend.js';

const model = encodeModel({
  irVersion: 10,
  opsets: { '': 21 },
  producer: 'test',
  graph: {
    name: 'double',
    nodes: [{ name: 'y', op: 'Add', domain: '', inputs: ['x', 'x'], outputs: ['y'], attributes: {} }],
    initializers: [],
    inputs: [{ name: 'x', type: 'float32', dims: ['n'] }],
    outputs: [{ name: 'y', type: 'float32', dims: ['n'] }],
  },
});

const x = () => hostTensor('float32', Float32Array.of(1, 2), [2]);

function gpuBackend(): Promise<WebBackend & { readonly gpu: GPUDevice }> {
  return webBackend({ device: 'webgpu', wasmPaths, threads: 1, fallback: 'none' }).then((backend) => {
    if (!backend.gpu) throw new Error('no gpu');
    return { ...backend, gpu: backend.gpu };
  });
}

it('frees what it allocates, and copies what crosses and nothing else', async () => {
  const { gpu, load, dispose } = await gpuBackend();
  const graph = await load({ bytes: model });
  const count = countGpuTraffic(gpu);
  const round = async () => {
    const y: Tensor = graph.allocate!('float32', [2]);
    await graph.run({ x: x() }, { into: { y } });
    const { y: twice } = await graph.run({ x: y });
    expect([...(twice!.data as Float32Array)]).toEqual([4, 8]);
    y.dispose();
    const { y: kept } = await graph.run({ x: x() }, { stayOnDevice: ['y'] });
    expect([...((await kept!.getData()) as Float32Array)]).toEqual([2, 4]);
    kept!.dispose();
    // A tensor is freed behind the runs before.
    await graph.run({ x: x() });
  };
  // ONNX Runtime keeps buffers for the next run of their size.
  await round();
  const { liveBuffers, uploads, downloads } = count();
  for (let i = 0; i < 5; i++) await round();
  const after = count();
  expect(after.liveBuffers).toBe(liveBuffers);
  expect([after.uploads - uploads, after.downloads - downloads]).toEqual([5 * 3, 5 * 4]);
  await graph.dispose();
  dispose();
});

it('says device-lost when the GPU goes away, to runs, tensors and loading, and goes on with another', async () => {
  const { gpu, load, lost } = await gpuBackend();
  const graph = await load({ bytes: model });
  const kept = graph.allocate!('float32', [2]);
  const run = graph.run({ x: x() }, { into: { y: kept } });
  gpu.destroy();
  const error = await run.then(
    () => lost,
    (reason) => reason,
  );
  expect(InternVLError.is(error, 'device-lost')).toBe(true);
  expect(await lost).toMatchObject({ code: 'device-lost', facts: { reason: 'destroyed' } });
  await expect(graph.run({ x: x() })).rejects.toMatchObject({ code: 'device-lost' });
  await expect(kept.getData()).rejects.toMatchObject({ code: 'device-lost' });
  await expect(load({ bytes: model })).rejects.toMatchObject({ code: 'device-lost' });
  expect(() => graph.allocate!('float32', [2])).toThrow(expect.objectContaining({ code: 'device-lost' }));
  kept.dispose();
  await graph.dispose();

  for (const device of ['webgpu', 'wasm'] as const) {
    const next = await webBackend({ device, wasmPaths, threads: 1, fallback: 'none' });
    const again = await next.load({ bytes: model });
    expect([...((await again.run({ x: x() })).y!.data as Float32Array)]).toEqual([2, 4]);
    await again.dispose();
    next.dispose();
  }
});

it('refuses a tensor that no buffer of the GPU holds', async () => {
  const { gpu, load, dispose } = await gpuBackend();
  const graph = await load({ bytes: model });
  const elements = gpu.limits.maxStorageBufferBindingSize / 4 + 1;
  expect(() => graph.allocate!('float32', [elements])).toThrow(
    expect.objectContaining({ code: 'buffer-too-large' }),
  );
  expect(() => graph.allocate!('int8', [4])).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  await graph.dispose();
  dispose();
});

it('reports what the GPU complains of with the next run', async () => {
  const { gpu, load, dispose } = await gpuBackend();
  const graph = await load({ bytes: model });
  // A usage that there is not. The GPU tells it behind the work before.
  gpu.createBuffer({ size: 16, usage: 0 });
  await gpu.queue.onSubmittedWorkDone();
  await expect(graph.run({ x: x() })).rejects.toMatchObject({ code: 'run-failed' });
  expect([...((await graph.run({ x: x() })).y!.data as Float32Array)]).toEqual([2, 4]);
  await graph.dispose();
  dispose();
});

it('frees what a given up run still writes into, behind that run', async () => {
  const { gpu, load, dispose } = await gpuBackend();
  const graph = await load({ bytes: model });
  const y = graph.allocate!('float32', [2]);
  const controller = new AbortController();
  const run = graph.run({ x: x() }, { into: { y }, signal: controller.signal });
  controller.abort('enough');
  await expect(run).rejects.toBe('enough');
  y.dispose();
  await graph.run({ x: x() });
  await gpu.queue.onSubmittedWorkDone();
  expect([...((await graph.run({ x: x() })).y!.data as Float32Array)]).toEqual([2, 4]);
  await graph.dispose();
  dispose();
});
