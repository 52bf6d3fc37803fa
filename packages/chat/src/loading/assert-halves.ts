import { type Backend, hostTensor, InternVLError } from '@internvl/backend';
import { encodeModel, type OnnxNode } from '@internvl/backend/onnx';
import { isHalf, type PartPrecisions } from '@internvl/checkpoint';

/** Codes of element types in ONNX. */
const [FLOAT32, FLOAT16] = [1, 10];

/**
 * Tries half floats on the backend where a part of the model needs them: a GPU without them would tell at the first run only.
 *
 * @throws `unsupported-operator`
 */
export async function assertHalves(
  { vision, llm }: PartPrecisions,
  backend: Backend,
  signal?: AbortSignal,
): Promise<void> {
  const precision = [vision, llm].find(isHalf);
  if (precision === undefined || (await hasHalves(backend, signal))) return;
  throw new InternVLError(
    'unsupported-operator',
    `Expected ${backend.name} to compute with half floats (shader-f16) for ${precision}, it does not; load the model with precision q4, or on another device.`,
    { operator: 'Cast', backend: backend.name, precision },
  );
}

/** Whether a backend computes in float16: it adds two numbers. */
export async function hasHalves(backend: Backend, signal?: AbortSignal): Promise<boolean> {
  try {
    const graph = await backend.load({ bytes: doubled() }, { signal });
    try {
      await graph.run({ x: hostTensor('float32', Float32Array.of(1, 2), [2]) }, { signal });
      return true;
    } finally {
      await graph.dispose();
    }
  } catch (error) {
    if (InternVLError.is(error, 'run-failed') || InternVLError.is(error, 'unsupported-operator'))
      return false;
    throw error;
  }
}

/** `x + x` in float16 between two casts. */
function doubled(): Uint8Array {
  const node = (name: string, op: string, inputs: readonly string[], to?: number): OnnxNode => ({
    name,
    op,
    domain: '',
    inputs,
    outputs: [name],
    attributes: to === undefined ? {} : { to: { int: to } },
  });
  return encodeModel({
    irVersion: 10,
    opsets: { '': 21 },
    producer: 'internvl',
    graph: {
      name: 'halves',
      nodes: [
        node('half', 'Cast', ['x'], FLOAT16),
        node('sum', 'Add', ['half', 'half']),
        node('y', 'Cast', ['sum'], FLOAT32),
      ],
      initializers: [],
      inputs: [{ name: 'x', type: 'float32', dims: [2] }],
      outputs: [{ name: 'y', type: 'float32', dims: [2] }],
    },
  });
}
