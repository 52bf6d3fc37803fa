import { conformanceCases } from '@internvl/backend/conformance';
import { describe, expect, it } from 'vitest';
import { wasmPaths } from './testing/wasm-paths.js';
import { webBackend } from './web-backend.js';

describe('onnxruntime-web on WebGPU', async () => {
  const backend = await webBackend({ device: 'webgpu', wasmPaths, threads: 1, fallback: 'none' });
  it('is what was asked for', () => {
    expect(backend).toMatchObject({ name: 'ort-web:webgpu', device: 'webgpu' });
    expect(backend.capabilities).toMatchObject({ deviceTensors: true, writesInto: true });
  });
  for (const { name, run } of conformanceCases) it(name, () => run(backend));
});
