import { hostTensor } from '@internvl/backend';
import { expect, it } from 'vitest';
import { probeDevice } from './probe-device.js';
import { wasmPaths } from './testing/wasm-paths.js';
import { webBackend } from './web-backend.js';
import type { WebFallback, WebNotice } from './web-backend-options.js';

it('looks at what the browser has', async () => {
  const facts = await probeDevice();
  expect(facts).toMatchObject({ crossOriginIsolated: true, threads: expect.any(Number) });
  expect(facts.storage).toMatchObject({ quota: expect.any(Number), usage: expect.any(Number) });
  expect(facts.webgpu).toMatchObject({
    vendor: expect.any(String),
    fallbackAdapter: expect.any(Boolean),
    shaderF16: expect.any(Boolean),
    limits: { maxBufferSize: expect.any(Number), maxStorageBufferBindingSize: expect.any(Number) },
  });
});

it.each([
  [{ device: 'gpu' }, /among webgpu, wasm, got "gpu"/],
  [{ threads: 0 }, /threads to be a whole number/],
  [{ wasmPaths: undefined }, /wasmPaths.mjs .* got none; threads hang without it/],
  [{ wasmPaths: { mjs: wasmPaths.mjs } }, /wasmPaths.wasm/],
])('refuses %o', async (wrong, message) => {
  const options = { device: 'wasm', wasmPaths, ...wrong } as Parameters<typeof webBackend>[0];
  await expect(webBackend(options)).rejects.toMatchObject({
    code: 'invalid-option',
    message: expect.stringMatching(message),
  });
});

it('computes attention rightly on the GPU that it takes, in software or not', async () => {
  const notices: WebNotice[] = [];
  const fallbacks: WebFallback[] = [];
  const backend = await webBackend({
    device: 'webgpu',
    wasmPaths,
    threads: 1,
    onNotice: (notice) => notices.push(notice),
    onFallback: (fallback) => fallbacks.push(fallback),
  });
  expect(backend.name).toBe('ort-web:webgpu');
  expect(fallbacks).toEqual([]);
  // SwiftShader computes wrongly with subgroups of four lanes, and rightly without.
  const software = (await probeDevice()).webgpu?.fallbackAdapter;
  expect(notices.map(({ code }) => code)).toEqual(software ? ['no-subgroups'] : []);
  backend.dispose();
});

it('falls back with a reason, and says so by its name', async () => {
  const fallbacks: WebFallback[] = [];
  const { gpu } = navigator;
  const requestAdapter = gpu.requestAdapter.bind(gpu);
  gpu.requestAdapter = async () => null;
  try {
    const options = { device: 'webgpu', wasmPaths, threads: 1 } as const;
    const backend = await webBackend({ ...options, onFallback: (fallback) => fallbacks.push(fallback) });
    expect(backend).toMatchObject({ name: 'ort-web:wasm (fallback from webgpu)', device: 'wasm' });
    expect(fallbacks).toMatchObject([{ wanted: 'webgpu', next: 'wasm', remedy: expect.any(String) }]);
    await expect(webBackend({ ...options, fallback: 'none' })).rejects.toMatchObject({
      code: 'device-missing',
      facts: { device: 'webgpu', tried: [{ device: 'webgpu' }] },
    });
    expect((await probeDevice()).webgpu).toBeUndefined();
  } finally {
    gpu.requestAdapter = requestAdapter;
  }
});

it('refuses other threads than it has started with', async () => {
  const other = webBackend({ device: 'wasm', wasmPaths, threads: 2 });
  await expect(other).rejects.toMatchObject({ code: 'invalid-option' });
  const { load } = await webBackend({ device: 'wasm', wasmPaths, threads: 1 });
  const broken = load({ bytes: new Uint8Array([1, 2, 3]) });
  await expect(broken).rejects.toMatchObject({ code: 'model-unreadable' });
  expect(hostTensor('float32', new Float32Array(1), [1]).location).toBe('cpu');
});
