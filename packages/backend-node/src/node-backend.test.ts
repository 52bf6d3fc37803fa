import { describe, expect, it } from 'vitest';
import { nodeBackend } from './node-backend.js';

describe('nodeBackend', () => {
  it('is the CPU when CUDA is not installed', async () => {
    const backend = await nodeBackend();
    expect(backend.name).toMatch(/^ort-node:(cpu|cuda)$/);
  });
});
