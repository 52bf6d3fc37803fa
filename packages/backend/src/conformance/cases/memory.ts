import type { Backend } from '../../backend.js';
import type { Graph } from '../../graph.js';
import { hostTensor } from '../../host-tensor.js';
import type { Tensor } from '../../tensor.js';
import { floats, near, refused, same, withGraph } from '../check.js';
import type { ConformanceCase } from '../conformance-case.js';
import { doubling } from '../model.js';

/*
 * Tensors that live where the runtime keeps its own: present on a backend whose outputs stay on the device and are written
 * into tensors of the caller. Others have no `allocate`, and pass.
 */

const vector = (...values: number[]) => hostTensor('float32', Float32Array.from(values), [values.length]);

/** The two calls, which come together. */
interface Memory {
  readonly allocate: NonNullable<Graph['allocate']>;
  readonly copy: NonNullable<Graph['copy']>;
}

export const memoryCases: readonly ConformanceCase[] = [
  {
    name: 'memory on the device can be allocated just where outputs stay there and are written into it',
    run: (backend) =>
      withGraph(backend, doubling(), async ({ allocate, copy }) => {
        const { deviceTensors, writesInto } = backend.capabilities;
        const own = [allocate !== undefined, copy !== undefined];
        if (!(deviceTensors && writesInto)) return same('allocate and copy', own[0], own[1]);
        same('allocate and copy', own, [true, true]);
      }),
  },
  {
    name: 'an allocated tensor is written into, fed back and fetched',
    run: (backend) =>
      withMemory(backend, async (graph, { allocate }) => {
        const [once, twice] = [allocate('float32', [2]), allocate('float32', [2])];
        same('sizes and place', [once.dims, once.location !== 'cpu'], [[2], true]);
        const { y } = await graph.run({ x: vector(1, 2) }, { into: { y: once } });
        same('the tensor that comes back to be the one passed', y === once, true);
        await graph.run({ x: once }, { into: { y: twice } });
        near('numbers', await floats(twice), [4, 8], 0);
        near('numbers of the feed', await floats(once), [2, 4], 0);
        dispose(once, twice);
      }),
  },
  {
    name: 'an allocated tensor of another size is refused',
    run: (backend) =>
      withMemory(backend, async (graph, { allocate }) => {
        const small = allocate('float32', [2]);
        const run = () => graph.run({ x: vector(1, 2, 3) }, { into: { y: small } });
        await refused('a tensor of another size', 'shape-mismatch', run);
        await refused('a tensor of nothing', 'invalid-option', async () => allocate('float32', [0]));
        dispose(small);
      }),
  },
  {
    name: 'spans are copied between allocated tensors, and the copy outlives them',
    run: (backend) =>
      withMemory(backend, async (graph, { allocate, copy }) => {
        const [from, to] = [allocate('float32', [4]), allocate('float32', [6])];
        await graph.run({ x: vector(1, 2, 3, 4) }, { into: { y: from } });
        await graph.run({ x: vector(0, 0, 0, 0, 0, 0) }, { into: { y: to } });
        copy(from, to, [
          { from: 0, to: 1, length: 2 },
          { from: 3, to: 5, length: 1 },
          { from: 0, to: 0, length: 0 },
        ]);
        dispose(from);
        near('numbers', await floats(to), [0, 2, 4, 0, 0, 8], 0);
        await refused('a copy onto itself', 'invalid-option', async () => {
          copy(to, to, [{ from: 0, to: 1, length: 1 }]);
        });
        dispose(to);
      }),
  },
  {
    name: 'an allocated tensor serves every graph, outlives its own, and is refused once disposed',
    run: async (backend) => {
      const made = await withMemory(backend, async (graph, { allocate }) => {
        const { y } = await graph.run({ x: vector(1, 2) }, { into: { y: allocate('float32', [2]) } });
        return y;
      });
      if (!made) return;
      await withGraph(backend, doubling(), async (other) => {
        near('numbers', await floats((await other.run({ x: made })).y), [4, 8], 0);
        dispose(made, made);
        await refused('a disposed tensor', 'invalid-option', () => other.run({ x: made }));
      });
    },
  },
];

/** Undefined on a backend without memory of its own. */
async function withMemory<T>(
  backend: Backend,
  use: (graph: Graph, memory: Memory) => Promise<T>,
): Promise<T | undefined> {
  return withGraph(backend, doubling(), async (graph) => {
    const { allocate, copy } = graph;
    return allocate && copy ? use(graph, { allocate, copy }) : undefined;
  });
}

function dispose(...tensors: readonly Tensor[]): void {
  for (const tensor of tensors) tensor.dispose();
}
