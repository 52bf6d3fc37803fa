import type { Divergence } from '@internvl/backend/conformance';

/** What each backend does otherwise, and why. */
export const divergences: Readonly<Record<string, readonly Divergence[]>> = {
  cpu: [],
  webgpu: [],
  cuda: [],
  dml: [],
  coreml: [],
  reference: [],
};
