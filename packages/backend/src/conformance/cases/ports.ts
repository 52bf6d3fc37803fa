import { same, withGraph } from '../check.js';
import type { ConformanceCase } from '../conformance-case.js';
import { constant, node, port, tinyModel } from '../model.js';

const inputs = [
  port('past', 'float32', ['batch', 2, 'past', 8]),
  port('ids', 'int64', ['batch', 'sequence']),
  port('scalar', 'int32', []),
];
const outputs = [port('twice', 'float32', ['batch', 2, 'double', 8]), port('flat', 'int64', ['tokens'])];

export const portCases: readonly ConformanceCase[] = [
  {
    name: 'ports report names, element types and symbolic sizes, in order',
    run: (backend) => {
      const model = tinyModel({
        inputs,
        outputs: [...outputs, port('copy', 'int32', [1])],
        nodes: [
          node('Concat', ['past', 'past'], ['twice'], { axis: { int: 2 } }),
          node('Reshape', ['ids', 'minus one'], ['flat']),
          node('Reshape', ['scalar', 'one'], ['copy']),
        ],
        constants: [
          constant('minus one', 'int64', [1], BigInt64Array.of(-1n)),
          constant('one', 'int64', [1], BigInt64Array.of(1n)),
        ],
      });
      return withGraph(backend, model, async (graph) => {
        same('inputs', graph.inputs.map(plain), inputs.map(plain));
        same('outputs', graph.outputs.map(plain), [...outputs, port('copy', 'int32', [1])].map(plain));
      });
    },
  },
  {
    name: 'the backend says which version of the interface it speaks, what it is called and what it can',
    run: async ({ spec, name, capabilities }) => {
      same('spec', spec, 'v1');
      same('a name', typeof name === 'string' && name.length > 0, true);
      same('float32 among its element types', capabilities.dtypes.has('float32'), true);
      const flags = [typeof capabilities.deviceTensors, typeof capabilities.writesInto];
      same('capabilities that are stated', flags, ['boolean', 'boolean']);
    },
  },
];

function plain({
  name,
  type,
  dims,
}: {
  name: string;
  type: string;
  dims: readonly (number | string)[];
}): unknown {
  return [name, type, dims];
}
