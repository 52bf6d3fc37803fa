import type { Backend } from '../../backend.js';
import type { Graph } from '../../graph.js';
import { hostTensor } from '../../host-tensor.js';
import { floats, near, rejectedWith, withGraph } from '../check.js';
import type { ConformanceCase } from '../conformance-case.js';
import { doubling } from '../model.js';

const feeds = () => ({ x: hostTensor('float32', Float32Array.of(1, 2), [2]) });

export const abortCases: readonly ConformanceCase[] = [
  {
    name: 'loading with an aborted signal rejects with its reason',
    run: async (backend) => {
      const reason = { because: 'before loading' };
      const signal = AbortSignal.abort(reason);
      await rejectedWith('load', reason, () => backend.load(doubling(), { signal }));
    },
  },
  {
    name: 'abort while loading rejects with its reason',
    run: async (backend) => {
      const reason = { because: 'while loading' };
      const controller = new AbortController();
      const loading = backend.load(doubling(), { signal: controller.signal });
      controller.abort(reason);
      await rejectedWith('load', reason, () => loading);
    },
  },
  {
    name: 'a run with an aborted signal rejects with its reason',
    run: (backend) =>
      withGraph(backend, doubling(), async (graph) => {
        const reason = { because: 'before the run' };
        await rejectedWith('run', reason, () => graph.run(feeds(), { signal: AbortSignal.abort(reason) }));
        await stillRuns(graph);
      }),
  },
  {
    name: 'abort during a run rejects with its reason, and the graph goes on',
    run: (backend) =>
      withGraph(backend, doubling(), async (graph) => {
        const reason = { because: 'during the run' };
        const controller = new AbortController();
        const run = graph.run(feeds(), { signal: controller.signal });
        controller.abort(reason);
        await rejectedWith('run', reason, () => run);
        await stillRuns(graph);
      }),
  },
  {
    name: 'abort of one run leaves the others alone',
    run: (backend: Backend) =>
      withGraph(backend, doubling(), async (graph) => {
        const reason = { because: 'one of two' };
        const controller = new AbortController();
        const first = graph.run(feeds());
        const second = graph.run(feeds(), { signal: controller.signal });
        const third = graph.run(feeds());
        controller.abort(reason);
        await rejectedWith('the second run', reason, () => second);
        near('the first run', await floats((await first).y), [2, 4], 0);
        near('the third run', await floats((await third).y), [2, 4], 0);
      }),
  },
];

async function stillRuns(graph: Graph): Promise<void> {
  const { y } = await graph.run(feeds(), { signal: new AbortController().signal });
  near('a run afterwards', await floats(y), [2, 4], 0);
}
