import { hostTensor } from '../../host-tensor.js';
import { floats, near, refused, withGraph } from '../check.js';
import type { ConformanceCase } from '../conformance-case.js';
import { doubling } from '../model.js';

const feeds = () => ({ x: hostTensor('float32', Float32Array.of(1, 2), [2]) });

export const lifetimeCases: readonly ConformanceCase[] = [
  {
    name: 'a disposed graph refuses to run, and may be disposed again',
    run: async (backend) => {
      const graph = await backend.load(doubling());
      await graph.dispose();
      await graph.dispose();
      await refused('a run to be refused', 'graph-disposed', () => graph.run(feeds()));
    },
  },
  {
    name: 'disposing one graph leaves another of the same model alone',
    run: (backend) =>
      withGraph(backend, doubling(), async (kept) => {
        const graph = await backend.load(doubling());
        await graph.dispose();
        near('the other graph', await floats((await kept.run(feeds())).y), [2, 4], 0);
      }),
  },
  {
    name: 'outputs may be disposed twice',
    run: (backend) =>
      withGraph(backend, doubling(), async (graph) => {
        const { y } = await graph.run(feeds());
        y!.dispose();
        y!.dispose();
      }),
  },
];
