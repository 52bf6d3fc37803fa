import { conformanceCases } from '@internvl/backend/conformance';
import { describe, it } from 'vitest';
import { nodeBackend } from './node-backend.js';

describe('onnxruntime-node on the CPU', async () => {
  const backend = await nodeBackend({ device: 'cpu', fallback: 'none' });
  for (const { name, run } of conformanceCases) it(name, () => run(backend));
});
