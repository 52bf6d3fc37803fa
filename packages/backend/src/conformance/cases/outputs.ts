import type { Backend } from '../../backend.js';
import { InternVLError } from '../../error.js';
import type { Graph } from '../../graph.js';
import { hostTensor } from '../../host-tensor.js';
import type { Tensor, Tensors } from '../../tensor.js';
import { floats, near, refused, same, sameBits, withGraph } from '../check.js';
import type { ConformanceCase } from '../conformance-case.js';
import { constant, doubling, node, numbers, port, tinyModel } from '../model.js';

/** `whole = past ++ fresh` along the token axis, as a KV cache grows. */
const growing = tinyModel({
  inputs: [port('past', 'float32', [1, 2, 'past', 4]), port('fresh', 'float32', [1, 2, 'tokens', 4])],
  outputs: [port('whole', 'float32', [1, 2, 'total', 4])],
  nodes: [node('Concat', ['past', 'fresh'], ['whole'], { axis: { int: 2 } })],
});

/** Sum and product of two inputs. */
const twoOutputs = tinyModel({
  inputs: [port('a', 'float32', ['n']), port('b', 'float32', ['n'])],
  outputs: [port('sum', 'float32', ['n']), port('product', 'float32', ['n'])],
  nodes: [node('Add', ['a', 'b'], ['sum']), node('Mul', ['a', 'b'], ['product'])],
});

/** Two outputs that are the input in another shape, so that sharing memory is tempting. */
const reshaping = tinyModel({
  inputs: [port('x', 'float32', ['n'])],
  outputs: [port('row', 'float32', [1, 'n']), port('column', 'float32', ['n', 1])],
  nodes: [node('Reshape', ['x', 'wide'], ['row']), node('Reshape', ['x', 'tall'], ['column'])],
  constants: [
    constant('wide', 'int64', [2], BigInt64Array.of(1n, -1n)),
    constant('tall', 'int64', [2], BigInt64Array.of(-1n, 1n)),
  ],
});

const vector = (...values: number[]) => hostTensor('float32', Float32Array.from(values), [values.length]);

export const outputCases: readonly ConformanceCase[] = [
  {
    name: 'an empty past is a tensor with no tokens',
    run: (backend) =>
      grow(backend, async (run) => {
        const fresh = numbers(24, 1);
        const whole = await run(tokens(0, new Float32Array(0)), tokens(3, fresh));
        same('sizes', whole.dims, [1, 2, 3, 4]);
        sameBits('whole', await floats(whole), fresh);
      }),
  },
  {
    name: 'a graph may give an output without elements',
    run: (backend) =>
      grow(backend, async (run) => {
        const none = tokens(0, new Float32Array(0));
        const whole = await run(none, none);
        same('sizes and elements', [whole.dims, (await floats(whole)).length], [[1, 2, 0, 4], 0]);
      }),
  },
  {
    name: 'outputs may be fed back',
    run: (backend) =>
      grow(backend, async (run) => {
        let whole: Tensor = tokens(0, new Float32Array(0));
        for (let step = 1; step <= 3; step++)
          whole = await run(whole, tokens(1, new Float32Array(8).fill(step)));
        const expected = [1, 2, 3].flatMap((step) => [step, step, step, step]);
        sameBits('whole', await floats(whole), Float32Array.from([...expected, ...expected]));
      }),
  },
  {
    name: 'outputs survive the next run and the graph',
    run: async (backend) => {
      const graph = await backend.load(doubling());
      const first = await output(graph, { x: vector(1, 2) }, 'y');
      const second = await output(graph, { x: vector(10, 20) }, 'y');
      await graph.dispose();
      same('first', [...(await floats(first))], [2, 4]);
      same('second', [...(await floats(second))], [20, 40]);
    },
  },
  {
    name: 'feeds stay untouched',
    run: (backend) =>
      withGraph(backend, twoOutputs, async (graph) => {
        const [a, b] = [numbers(6, 1), numbers(6, 2)];
        await graph.run({ a: hostTensor('float32', a, [6]), b: hostTensor('float32', b, [6]) });
        sameBits('a', a, numbers(6, 1));
        sameBits('b', b, numbers(6, 2));
      }),
  },
  {
    name: 'outputs do not share memory with feeds, nor with each other',
    run: (backend) =>
      withGraph(backend, reshaping, async (graph) => {
        const data = Float32Array.of(1, 2, 3);
        const { row, column } = await graph.run({ x: hostTensor('float32', data, [3]) });
        data.fill(9);
        const rowData = await floats(row);
        same('row', [...rowData], [1, 2, 3]);
        rowData.fill(7);
        same('column', [...(await floats(column))], [1, 2, 3]);
        const again = await graph.run({ x: vector(1, 2, 3) });
        same('the row of another run', [...(await floats(again.row))], [1, 2, 3]);
      }),
  },
  {
    name: 'views honour their byte offset',
    run: (backend) =>
      withGraph(backend, doubling(), async (graph) => {
        const buffer = Float32Array.of(99, 99, 99, 1, 2, 99);
        const y = await output(graph, { x: hostTensor('float32', buffer.subarray(3, 5), [2]) }, 'y');
        same('y', [...(await floats(y))], [2, 4]);
      }),
  },
  {
    name: 'only the outputs that are asked for come back',
    run: (backend) =>
      withGraph(backend, twoOutputs, async (graph) => {
        const feeds = { a: vector(2, 3), b: vector(4, 5) };
        const some = await graph.run(feeds, { outputs: ['product'] });
        same('outputs', Object.keys(some), ['product']);
        near('product', await floats(some.product), [8, 15], 0);
        same('outputs', Object.keys(await graph.run(feeds)), ['sum', 'product']);
        const wrong = () => graph.run(feeds, { outputs: ['quotient'] });
        await refused('an unknown output to be refused', 'invalid-option', wrong);
      }),
  },
  {
    name: 'concurrent runs do not cross wires',
    run: (backend) =>
      withGraph(backend, twoOutputs, (one) =>
        withGraph(backend, doubling(), async (other) => {
          const runs = Array.from({ length: 8 }, (_, i) => [
            output(one, { a: vector(i, i + 1), b: vector(10, 20) }, 'sum'),
            output(other, { x: vector(i, -i) }, 'y'),
          ]);
          for (const [i, [sum, twice]] of (
            await Promise.all(runs.map((pair) => Promise.all(pair)))
          ).entries()) {
            same(`sum of run ${i}`, [...(await floats(sum))], [i + 10, i + 21]);
            near(`double of run ${i}`, await floats(twice), [2 * i, -2 * i], 0);
          }
        }),
      ),
  },
];

function tokens(count: number, data: Float32Array): Tensor {
  return hostTensor('float32', data, [1, 2, count, 4]);
}

function grow(
  backend: Backend,
  use: (run: (past: Tensor, fresh: Tensor) => Promise<Tensor>) => Promise<void>,
): Promise<void> {
  return withGraph(backend, growing, (graph) =>
    use((past, fresh) => output(graph, { past, fresh }, 'whole')),
  );
}

async function output(graph: Graph, feeds: Tensors, name: string): Promise<Tensor> {
  const tensor = (await graph.run(feeds))[name];
  if (tensor) return tensor;
  throw new InternVLError(
    'conformance',
    `Expected the output "${name}", got none; return all outputs by name.`,
  );
}
