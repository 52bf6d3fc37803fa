import type { Backend } from '../../backend.js';
import { hostTensor } from '../../host-tensor.js';
import type { OnnxNode, OnnxTensor } from '../../onnx/model.js';
import { float32Tolerance, floats, near, same, withGraph } from '../check.js';
import type { ConformanceCase } from '../conformance-case.js';
import { constant, node, numbers, port, tinyModel } from '../model.js';

/*
 * The operators between the attentions, one case each: what comes out is compared with loops in float64.
 */

const rows = 5;
const width = 12;
const columns = 7;
const x = numbers(rows * width, 1).map((value) => 3 * value);
const w = numbers(columns * width, 2);
const scale = numbers(width, 3);
const shift = numbers(width, 4);

const weights = {
  w: constant('w', 'float32', [width, columns], transposed(w)),
  wT: constant('w', 'float32', [columns, width], w),
  bias: constant('bias', 'float32', [columns], shift.subarray(0, columns)),
  scale: constant('scale', 'float32', [width], scale),
  shift: constant('shift', 'float32', [width], shift),
};

export const operatorCases: readonly ConformanceCase[] = [
  onRows('MatMul multiplies rows by a matrix', [node('MatMul', ['x', 'w'], ['y'])], [weights.w], () =>
    product().map((value) => value),
  ),
  onRows(
    'Gemm multiplies by a transposed matrix and adds a bias',
    [node('Gemm', ['x', 'w', 'bias'], ['y'], { transB: { int: 1 } })],
    [weights.wT, weights.bias],
    () => product().map((value, i) => value + shift[i % columns]!),
  ),
  onRows(
    'weights in float16 are cast and multiplied',
    [node('Cast', ['half'], ['w'], { to: { int: 1 } }), node('MatMul', ['x', 'w'], ['y'])],
    [constant('half', 'float16', [width, 1], new Uint16Array(width).fill(0x3800))],
    () => perRow((row) => [row.reduce((sum, value) => sum + value / 2, 0)]),
  ),
  onRows(
    'LayerNormalization centres and scales rows',
    [
      node('LayerNormalization', ['x', 'scale', 'shift'], ['y'], {
        axis: { int: -1 },
        epsilon: { float: 1e-6 },
      }),
    ],
    [weights.scale, weights.shift],
    () =>
      perRow((row) => {
        const mean = average(row);
        const spread = Math.sqrt(average(row.map((value) => (value - mean) ** 2)) + 1e-6);
        return row.map((value, i) => ((value - mean) / spread) * scale[i]! + shift[i]!);
      }),
  ),
  onRows(
    'SimplifiedLayerNormalization scales rows by their root mean square',
    [
      node('SimplifiedLayerNormalization', ['x', 'scale'], ['y'], {
        axis: { int: -1 },
        epsilon: { float: 1e-6 },
      }),
    ],
    [weights.scale],
    () =>
      perRow((row) => {
        const size = Math.sqrt(average(row.map((value) => value ** 2)) + 1e-6);
        return row.map((value, i) => (value / size) * scale[i]!);
      }),
  ),
  onRows('Gelu is the exact one', [node('com.microsoft.Gelu', ['x'], ['y'])], [], () =>
    [...x].map((value) => (value / 2) * (1 + errorFunction(value / Math.SQRT2))),
  ),
  onRows(
    'QuickGelu with alpha 1 is SiLU',
    [node('com.microsoft.QuickGelu', ['x'], ['y'], { alpha: { float: 1 } })],
    [],
    () => [...x].map((value) => value / (1 + Math.exp(-value))),
  ),
  onRows(
    'Split cuts the last axis and Add and Mul join the parts',
    [
      node('Split', ['x', 'sizes'], ['left', 'right'], { axis: { int: -1 } }),
      node('Mul', ['left', 'right'], ['product']),
      node('Add', ['product', 'bias'], ['y']),
    ],
    [
      constant('sizes', 'int64', [2], BigInt64Array.of(6n, 6n)),
      constant('bias', 'float32', [6], shift.subarray(0, 6)),
    ],
    () => perRow((row) => row.slice(0, 6).map((value, i) => value * row[6 + i]! + shift[i]!)),
  ),
  {
    name: 'rows are picked by index and multiplied, none of them too',
    run: (backend) => pickedRows(backend),
  },
  {
    name: 'Conv cuts an image into patches',
    run: (backend) => patches(backend),
  },
  {
    name: 'Transpose moves heads in front of tokens',
    run: (backend) => transposedHeads(backend),
  },
];

/** A case of a model that takes `x [rows, width]` to `y [rows, ?]`. */
function onRows(
  name: string,
  nodes: readonly OnnxNode[],
  constants: readonly OnnxTensor[],
  expected: () => readonly number[],
): ConformanceCase {
  const model = tinyModel({
    inputs: [port('x', 'float32', ['rows', width])],
    outputs: [port('y', 'float32', ['rows', 'columns'])],
    nodes,
    constants,
  });
  return {
    name,
    run: (backend) =>
      withGraph(backend, model, async (graph) => {
        const { y } = await graph.run({ x: hostTensor('float32', x, [rows, width]) });
        near('y', await floats(y), expected(), float32Tolerance(backend));
      }),
  };
}

function pickedRows(backend: Backend): Promise<void> {
  const model = tinyModel({
    inputs: [port('x', 'float32', [rows, width]), port('index', 'int64', ['picked'])],
    outputs: [port('y', 'float32', ['picked', columns])],
    nodes: [
      node('Gather', ['x', 'index'], ['chosen'], { axis: { int: 0 } }),
      node('Gemm', ['chosen', 'w'], ['y'], { transB: { int: 1 } }),
    ],
    constants: [weights.wT],
  });
  return withGraph(backend, model, async (graph) => {
    for (const picked of [[4, 0], []]) {
      const { y } = await graph.run({
        x: hostTensor('float32', x, [rows, width]),
        index: hostTensor('int64', BigInt64Array.from(picked, BigInt), [picked.length]),
      });
      same('sizes', y!.dims, [picked.length, columns]);
      const expected = picked.flatMap((row) => product().slice(row * columns, (row + 1) * columns));
      near('y', await floats(y), expected, float32Tolerance(backend));
    }
  });
}

function patches(backend: Backend): Promise<void> {
  const image = numbers(3 * 4 * 6, 5);
  const kernel = numbers(2 * 3 * 2 * 2, 6);
  const model = tinyModel({
    inputs: [port('image', 'float32', ['images', 3, 4, 6])],
    outputs: [port('y', 'float32', ['images', 2, 2, 3])],
    nodes: [
      node('Conv', ['image', 'kernel', 'bias'], ['y'], {
        strides: { ints: [2, 2] },
        kernel_shape: { ints: [2, 2] },
      }),
    ],
    constants: [
      constant('kernel', 'float32', [2, 3, 2, 2], kernel),
      constant('bias', 'float32', [2], Float32Array.of(1, -1)),
    ],
  });
  const expected: number[] = [];
  for (const filter of [0, 1]) {
    for (const top of [0, 2]) {
      for (const left of [0, 2, 4]) {
        let sum = filter === 0 ? 1 : -1;
        for (let i = 0; i < 12; i++) {
          const [channel, dy, dx] = [i >> 2, (i >> 1) & 1, i & 1];
          sum += kernel[filter * 12 + i]! * image[(channel * 4 + top + dy) * 6 + left + dx]!;
        }
        expected.push(sum);
      }
    }
  }
  return withGraph(backend, model, async (graph) => {
    const { y } = await graph.run({ image: hostTensor('float32', image, [1, 3, 4, 6]) });
    near('y', await floats(y), expected, float32Tolerance(backend));
  });
}

function transposedHeads(backend: Backend): Promise<void> {
  const model = tinyModel({
    inputs: [port('x', 'float32', [1, 'tokens', 2, 4])],
    outputs: [port('y', 'float32', [1, 2, 'tokens', 4])],
    nodes: [node('Transpose', ['x'], ['y'], { perm: { ints: [0, 2, 1, 3] } })],
  });
  return withGraph(backend, model, async (graph) => {
    const counting = Float32Array.from({ length: 24 }, (_, i) => i);
    const { y } = await graph.run({ x: hostTensor('float32', counting, [1, 3, 2, 4]) });
    const expected = [0, 1].flatMap((head) =>
      [0, 1, 2].flatMap((token) => [0, 1, 2, 3].map((i) => token * 8 + head * 4 + i)),
    );
    near('y', await floats(y), expected, 0);
  });
}

function product(): number[] {
  return perRow((row) =>
    Array.from({ length: columns }, (_, column) =>
      row.reduce((sum, value, i) => sum + value * w[column * width + i]!, 0),
    ),
  );
}

function perRow(of: (row: readonly number[]) => readonly number[]): number[] {
  return Array.from({ length: rows }, (_, row) => of([...x.subarray(row * width, (row + 1) * width)])).flat();
}

function transposed(matrix: Float32Array): Float32Array {
  return Float32Array.from(matrix, (_, i) => matrix[(i % columns) * width + Math.floor(i / columns)]!);
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The integral of the bell curve by Simpson's rule: slow, and independent of any backend's formula. */
function errorFunction(limit: number): number {
  const steps = 2000;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp(-(((limit * i) / steps) ** 2));
  }
  return ((2 / Math.sqrt(Math.PI)) * sum * limit) / steps / 3;
}
