import { hostTensor } from '../../host-tensor.js';
import type { Tensor, Tensors } from '../../tensor.js';
import { floats, near, refused, withGraph } from '../check.js';
import type { ConformanceCase } from '../conformance-case.js';
import { node, port, tinyModel } from '../model.js';

/** Two feeds that share a symbolic size. */
const model = tinyModel({
  inputs: [port('a', 'float32', ['rows', 2]), port('b', 'float32', ['rows', 2])],
  outputs: [port('sum', 'float32', ['rows', 2])],
  nodes: [node('Add', ['a', 'b'], ['sum'])],
});

const matrix = (rows: number, columns = 2): Tensor =>
  hostTensor('float32', new Float32Array(rows * columns).fill(1), [rows, columns]);

/** What must be refused before anything runs, and with which code. */
const wrong: readonly (readonly [name: string, code: string, feeds: Tensors])[] = [
  ['a missing feed is refused', 'missing-feed', { a: matrix(1) }],
  ['an unknown feed is refused', 'unknown-feed', { a: matrix(1), b: matrix(1), c: matrix(1) }],
  [
    'a feed of another element type is refused',
    'dtype-mismatch',
    { a: matrix(1), b: hostTensor('int32', new Int32Array(2), [1, 2]) },
  ],
  [
    'a feed whose array is of another class than its type says is refused',
    'dtype-mismatch',
    { a: matrix(1), b: { ...matrix(1), type: 'int64' } },
  ],
  [
    'a feed of another rank is refused',
    'shape-mismatch',
    { a: matrix(1), b: hostTensor('float32', new Float32Array(2), [2]) },
  ],
  ['a feed that misses a fixed size is refused', 'shape-mismatch', { a: matrix(1), b: matrix(1, 3) }],
  ['one symbolic size with two values is refused', 'shape-mismatch', { a: matrix(2), b: matrix(3) }],
  [
    'a feed with less data than its sizes say is refused',
    'shape-mismatch',
    { a: matrix(2), b: { ...matrix(2), data: new Float32Array(3) } },
  ],
  [
    'a feed with more data than its sizes say is refused',
    'shape-mismatch',
    { a: matrix(2), b: { ...matrix(2), data: new Float32Array(5) } },
  ],
];

export const feedCases: readonly ConformanceCase[] = wrong.map(([name, code, feeds]) => ({
  name,
  run: (backend) =>
    withGraph(backend, model, async (graph) => {
      await refused(name, code, () => graph.run(feeds));
      const { sum } = await graph.run({ a: matrix(1), b: matrix(1) });
      near('the sum in a run afterwards', await floats(sum), [2, 2], 0);
    }),
}));
