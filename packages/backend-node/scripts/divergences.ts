import type { Divergence } from '@internvl/backend/conformance';

/** What each backend does otherwise, and why. */
export const divergences: Readonly<Record<string, readonly Divergence[]>> = {
  cpu: [],
  webgpu: [
    {
      case: 'numbers on the device can be fetched',
      reason: 'onnxruntime-node 1.30 ends the process when a GPU buffer is read, so reading is refused',
    },
  ],
  cuda: [],
  dml: [],
  coreml: [],
  native: [],
  reference: [],
};
