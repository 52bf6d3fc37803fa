import type { Backend } from '../../backend.js';
import type { DType, TensorData } from '../../dtype.js';
import { hostTensor } from '../../host-tensor.js';
import { failure, refused, same, sameBits, withGraph } from '../check.js';
import type { ConformanceCase } from '../conformance-case.js';
import { constant, node, port, tinyModel } from '../model.js';

/** Numbers at the edges of each type: signed zero, smallest, largest, infinity, not a number. */
const edges: { readonly [T in DType]: TensorData[T] } = {
  float32: Float32Array.of(-0, 1.4e-45, -3.4028234663852886e38, Number.POSITIVE_INFINITY, Number.NaN, 0.1),
  float16: Uint16Array.of(0x8000, 0x0001, 0x7bff, 0x7c00, 0x7e01, 0x3555),
  int64: BigInt64Array.of(-1n, 0n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n, 42n),
  int32: Int32Array.of(-1, 0, 2 ** 31 - 1, -(2 ** 31), 65536, 42),
  uint8: Uint8Array.of(0, 1, 127, 128, 254, 255),
  int8: Int8Array.of(0, 1, 127, -128, -1, 42),
  bool: Uint8Array.of(0, 1, 1, 0, 0, 1),
};

const dtypes = ['float32', 'float16', 'int64', 'int32', 'uint8', 'int8', 'bool'] as const;

export const dtypeCases: readonly ConformanceCase[] = dtypes.map((type) => ({
  name: `${type} goes in and comes out bit for bit`,
  run: (backend) => roundTrip(backend, type),
}));

async function roundTrip<T extends DType>(backend: Backend, type: T): Promise<void> {
  const model = tinyModel({
    inputs: [port('x', type, ['n'])],
    outputs: [port('y', type, [2, 'columns'])],
    nodes: [node('Reshape', ['x', 'shape'], ['y'])],
    constants: [constant('shape', 'int64', [2], BigInt64Array.of(2n, -1n))],
  });
  const data: TensorData[T] = edges[type];
  const run = () =>
    withGraph(backend, model, async (graph) => {
      const { y } = await graph.run({ x: hostTensor<DType>(type, data, [data.length]) });
      if (!y) throw failure('an output', 'y', 'none');
      same('element type and sizes', [y.type, y.dims], [type, [2, data.length / 2]]);
      sameBits(type, await y.getData(), edges[type]);
    });
  if (backend.capabilities.dtypes.has(type)) return run();
  await refused(`${type}, which is not declared, to be refused`, 'dtype-unknown', run);
}
