import type { Backend } from '../../backend.js';
import { hostTensor } from '../../host-tensor.js';
import { float32Tolerance, floats, near, withGraph } from '../check.js';
import type { ConformanceCase } from '../conformance-case.js';
import { node, numbers, port, tinyModel } from '../model.js';

export const rotaryCases: readonly ConformanceCase[] = [8, 16, 24, 32].map((headSize) => ({
  name: `RotaryEmbedding turns heads of ${headSize} by the rows that an index picks`,
  run: (backend) => turned(backend, headSize),
}));

async function turned(backend: Backend, headSize: number): Promise<void> {
  const heads = 3;
  const half = headSize / 2;
  const index = [6, 2, 3, 3, 0];
  const model = tinyModel({
    inputs: [
      port('x', 'float32', ['batch', 'sequence', heads * headSize]),
      port('index', 'int64', ['batch', 'sequence']),
      port('cos', 'float32', ['rotations', half]),
      port('sin', 'float32', ['rotations', half]),
    ],
    outputs: [port('y', 'float32', ['batch', 'sequence', heads * headSize])],
    nodes: [
      node('com.microsoft.RotaryEmbedding', ['x', 'index', 'cos', 'sin'], ['y'], { interleaved: { int: 0 } }),
    ],
  });
  const x = numbers(index.length * heads * headSize, 1);
  const cos = numbers(7 * half, 2);
  const sin = numbers(7 * half, 3);
  const expected = Array.from(x, (value, i) => {
    const row = index[Math.floor(i / (heads * headSize))]! * half;
    const place = i % headSize;
    const angle = row + (place % half);
    return place < half
      ? value * cos[angle]! - x[i + half]! * sin[angle]!
      : value * cos[angle]! + x[i - half]! * sin[angle]!;
  });
  await withGraph(backend, model, async (graph) => {
    const { y } = await graph.run({
      x: hostTensor('float32', x, [1, index.length, heads * headSize]),
      index: hostTensor('int64', BigInt64Array.from(index, BigInt), [1, index.length]),
      cos: hostTensor('float32', cos, [7, half]),
      sin: hostTensor('float32', sin, [7, half]),
    });
    near('y', await floats(y), expected, float32Tolerance(backend));
  });
}
