import { hostTensor } from '@internvl/backend';
import { encodeModel } from '@internvl/backend/onnx';
import { nativeBackend } from '@internvl/backend-node/native';

const backend = await nativeBackend({ threads: 2 });
console.log(backend.name);

// y = x · x, two hundred times over.
const links = Array.from({ length: 200 }, (_, index) => index);
const value = (index: number) => (index === 0 ? 'x' : index === links.length ? 'y' : `x${index}`);
const model = encodeModel({
  irVersion: 10,
  opsets: { '': 21 },
  producer: 'example',
  graph: {
    name: 'powers',
    nodes: links.map((index) => ({
      ...{ name: `product ${index}`, op: 'MatMul', domain: '', attributes: {} },
      ...{ inputs: [value(index), 'x'], outputs: [value(index + 1)] },
    })),
    initializers: [],
    inputs: [{ name: 'x', type: 'float32', dims: ['size', 'size'] }],
    outputs: [{ name: 'y', type: 'float32', dims: ['size', 'size'] }],
  },
});
const graph = await backend.load({ bytes: model });

// Written where it lies: no new array for each run.
const size = 512;
const x = hostTensor('float32', new Float32Array(size * size).fill(1 / size), [size, size]);
const y = hostTensor('float32', new Float32Array(size * size), [size, size]);
let beats = 0;
const heart = setInterval(() => beats++, 1);
await graph.run({ x }, { into: { y } });
clearInterval(heart);
console.log(`y is ${(y.data[0]! * size).toFixed(3)} / ${size}; the event loop turned: ${beats > 0}`);

// Ended in the middle.
const controller = new AbortController();
setTimeout(() => controller.abort('no longer wanted'), 5);
await graph.run({ x }, { into: { y }, signal: controller.signal }).catch((reason) => console.log(reason));
await graph.dispose();
