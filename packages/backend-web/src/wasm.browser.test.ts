import { conformanceCases } from '@internvl/backend/conformance';
import { describe, expect, it } from 'vitest';
import { wasmPaths } from './testing/wasm-paths.js';
import { webBackend } from './web-backend.js';

describe('onnxruntime-web on WASM with one thread', async () => {
  const backend = await webBackend({ device: 'wasm', wasmPaths, threads: 1 });
  it('is what was asked for', () => {
    expect(backend).toMatchObject({ name: 'ort-web:wasm', device: 'wasm', threads: 1 });
  });
  for (const { name, run } of conformanceCases) it(name, () => run(backend));
});
