import { conformanceCases } from '@internvl/backend/conformance';
import mjs from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs?url';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url';
import { describe, expect, it } from 'vitest';
import { webBackend } from './web-backend.js';

/* The same provider in the smaller build, where the browser has JSPI: only what the builds do differently, waiting for the GPU. */
describe.runIf('Suspending' in WebAssembly)('the JSPI build of onnxruntime-web, on WebGPU', async () => {
  const ort = await import('onnxruntime-web/jspi');
  const wasmPaths = { mjs, wasm };
  const backend = await webBackend({ device: 'webgpu', wasmPaths, ort, threads: 1, fallback: 'none' });
  it('is what was asked for', () => expect(backend.name).toBe('ort-web:webgpu'));
  const few = conformanceCases.filter(({ name }) => /device|allocated|abort|wires/.test(name));
  for (const { name, run } of few) it(name, () => run(backend));
});
