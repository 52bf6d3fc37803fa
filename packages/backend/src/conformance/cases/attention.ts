import type { Backend } from '../../backend.js';
import { hostTensor } from '../../host-tensor.js';
import { float32Tolerance, floats, near, withGraph } from '../check.js';
import type { ConformanceCase } from '../conformance-case.js';
import { expectedAttention, headOf } from '../expected-attention.js';
import { node, numbers, port, tinyModel } from '../model.js';

export const attentionCases: readonly ConformanceCase[] = [8, 24].map((headSize) => ({
  name: `MultiHeadAttention lets every token see every other of its tile, with heads of ${headSize}`,
  run: (backend) => attended(backend, headSize),
}));

async function attended(backend: Backend, headSize: number): Promise<void> {
  const [tiles, tokens, heads] = [2, 5, 2];
  const width = heads * headSize;
  const dims = ['tiles', 'tokens', width];
  const model = tinyModel({
    inputs: [port('q', 'float32', dims), port('k', 'float32', dims), port('v', 'float32', dims)],
    outputs: [port('y', 'float32', dims)],
    nodes: [node('com.microsoft.MultiHeadAttention', ['q', 'k', 'v'], ['y'], { num_heads: { int: heads } })],
  });
  const [q, k, v] = [1, 2, 3].map((seed) => numbers(tiles * tokens * width, seed).map((value) => 2 * value));
  const expected: number[] = [];
  for (let row = 0; row < tiles * tokens; row++) {
    const tile = Math.floor(row / tokens) * tokens;
    const around = Array.from({ length: tokens }, (_, token) => tile + token);
    for (let head = 0; head < heads; head++) {
      const vectors = (data: Float32Array) =>
        around.map((token) => headOf(data, token, head, heads, headSize));
      expected.push(
        ...expectedAttention(
          headOf(q!, row, head, heads, headSize),
          vectors(k!),
          vectors(v!),
          1 / Math.sqrt(headSize),
        ),
      );
    }
  }
  const tensor = (data: Float32Array) => hostTensor('float32', data, [tiles, tokens, width]);
  await withGraph(backend, model, async (graph) => {
    const { y } = await graph.run({ q: tensor(q!), k: tensor(k!), v: tensor(v!) });
    near('y', await floats(y), expected, float32Tolerance(backend));
  });
}
