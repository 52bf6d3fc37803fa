import { conformanceCases } from '@internvl/backend/conformance';
import { describe, it } from 'vitest';
import { nativeBackend } from './native-backend.js';

describe("onnxruntime-node's library through its C interface", async () => {
  const backend = await nativeBackend();
  for (const { name, run } of conformanceCases) it(name, () => run(backend));
});
