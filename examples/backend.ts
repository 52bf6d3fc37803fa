import { type Backend, hostTensor, InternVLError } from '@internvl/backend';
import { runConformance } from '@internvl/backend/conformance';
import { encodeModel } from '@internvl/backend/onnx';
import { referenceBackend } from '@internvl/backend/reference';

// A model of one node: y = a · b.
const model = encodeModel({
  irVersion: 10,
  opsets: { '': 21 },
  producer: 'example',
  graph: {
    name: 'product',
    nodes: [{ name: 'y', op: 'MatMul', domain: '', inputs: ['a', 'b'], outputs: ['y'], attributes: {} }],
    initializers: [],
    inputs: [
      { name: 'a', type: 'float32', dims: ['rows', 2] },
      { name: 'b', type: 'float32', dims: [2, 'columns'] },
    ],
    outputs: [{ name: 'y', type: 'float32', dims: ['rows', 'columns'] }],
  },
});

const backend: Backend = referenceBackend();
const graph = await backend.load({ bytes: model });
const a = hostTensor('float32', Float32Array.of(1, 2, 3, 4), [2, 2]);
const { y } = await graph.run({ a, b: a });
console.log(`y [${y?.dims}] = ${await y?.getData()}`);

try {
  await graph.run({ a });
} catch (error) {
  if (InternVLError.is(error, 'missing-feed')) console.log(`${error.code}: ${error.message}`);
}
await graph.dispose();

// Does a backend do what every backend must? Here one that counts the models it loads, wrapped around another.
let loads = 0;
const counting: Backend = {
  ...backend,
  name: 'counting reference',
  load(...model) {
    loads++;
    return backend.load(...model);
  },
};
const results = await runConformance(counting);
const failed = results.filter(({ status }) => status === 'failed');
console.log(
  `${counting.name}: ${results.length - failed.length} of ${results.length} cases pass, ${loads} models loaded`,
);
process.exitCode = failed.length;
