import { conformanceCases } from '@internvl/backend/conformance';
import { describe, expect, it } from 'vitest';
import { wasmPaths } from './testing/wasm-paths.js';
import { webBackend } from './web-backend.js';

describe('onnxruntime-web on WASM with two threads', async () => {
  const backend = await webBackend({ device: 'wasm', wasmPaths, threads: 2 });
  it('is what was asked for', () => {
    expect(globalThis.crossOriginIsolated).toBe(true);
    expect(backend).toMatchObject({ name: 'ort-web:wasm', device: 'wasm', threads: 2 });
  });
  for (const { name, run } of conformanceCases) it(name, () => run(backend));
});
