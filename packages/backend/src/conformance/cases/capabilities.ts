import { hostTensor } from '../../host-tensor.js';
import { floats, near, refused, same, withGraph } from '../check.js';
import type { ConformanceCase } from '../conformance-case.js';
import { doubling } from '../model.js';

const vector = (...values: number[]) => hostTensor('float32', Float32Array.from(values), [values.length]);

export const capabilityCases: readonly ConformanceCase[] = [
  {
    name: 'outputs are written into tensors of the caller, or that is refused',
    run: (backend) =>
      withGraph(backend, doubling(), async (graph) => {
        const into = { y: vector(0, 0) };
        const run = () => graph.run({ x: vector(1, 2) }, { into });
        if (!backend.capabilities.writesInto) return refused('into to be refused', 'invalid-option', run);
        const { y } = await run();
        same('the tensor that comes back to be the one passed', y === into.y, true);
        same('its numbers', [...into.y.data], [2, 4]);
        const small = () => graph.run({ x: vector(1, 2, 3) }, { into });
        await refused('a tensor of another size to be refused', 'shape-mismatch', small);
        const other = { y: hostTensor('int32', new Int32Array(2), [2]) };
        await refused('another type', 'dtype-mismatch', () =>
          graph.run({ x: vector(1, 2) }, { into: other }),
        );
      }),
  },
  {
    name: 'outputs stay on the device and are fed back from there, or that is refused',
    run: (backend) =>
      withGraph(backend, doubling(), async (graph) => {
        const run = () => graph.run({ x: vector(1, 2) }, { stayOnDevice: ['y'] });
        if (!backend.capabilities.deviceTensors) return refused('stayOnDevice', 'invalid-option', run);
        const { y: twice } = await run();
        same('its location to be elsewhere', twice!.location !== 'cpu', true);
        const { y: fourTimes } = await graph.run({ x: twice! });
        same('its location', fourTimes!.location, 'cpu');
        near('numbers', await floats(fourTimes), [4, 8], 0);
        twice!.dispose();
        twice!.dispose();
      }),
  },
  {
    name: 'tensors on the device survive their graph',
    run: async (backend) => {
      if (!backend.capabilities.deviceTensors) return;
      const graph = await backend.load(doubling());
      const { y } = await graph.run({ x: vector(1, 2) }, { stayOnDevice: ['y'] });
      await graph.dispose();
      await withGraph(backend, doubling(), async (other) => {
        near('numbers', await floats((await other.run({ x: y! })).y), [4, 8], 0);
      });
      y!.dispose();
    },
  },
  {
    name: 'numbers on the device can be fetched',
    run: (backend) =>
      withGraph(backend, doubling(), async (graph) => {
        if (!backend.capabilities.deviceTensors) return;
        const { y } = await graph.run({ x: vector(1, 2) }, { stayOnDevice: ['y'] });
        near('numbers', await floats(y), [2, 4], 0);
        y!.dispose();
      }),
  },
];
