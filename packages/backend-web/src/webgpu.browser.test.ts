import { conformanceCases } from '@internvl/backend/conformance';
import { describe, expect, it } from 'vitest';
import { wasmPaths } from './testing/wasm-paths.js';
import { type WebBackend, webBackend } from './web-backend.js';

describe('onnxruntime-web on WebGPU', async () => {
  let backend: WebBackend;
  const t0 = performance.now();
  backend = await webBackend({
    device: 'webgpu',
    wasmPaths,
    threads: 1,
    fallback: 'none',
    onNotice: (n) => console.log(n.words),
  });
  console.log('open', performance.now() - t0, backend.name);
  it('is what was asked for', () => {
    expect(backend).toMatchObject({ name: 'ort-web:webgpu', device: 'webgpu' });
  });
  for (const { name, run } of conformanceCases) it(name, () => run(backend));
});
