import { expect, it } from 'vitest';
import { wasmPaths } from './testing/wasm-paths.js';
import { webBackend } from './web-backend.js';

/* A page of its own: ONNX Runtime, once it did not start, starts in it no more. */
it.each(['wasm', 'webgpu'] as const)('a runtime that cannot be fetched is told, on %s', async (device) => {
  const wasm = new URL('/nowhere/runtime.wasm', location.href).href;
  const options = { device, wasmPaths: { mjs: wasmPaths.mjs, wasm }, threads: 1 };
  await expect(webBackend(options)).rejects.toMatchObject({ code: 'runtime-failed', facts: { wasm } });
});
