import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostTensor } from '@internvl/backend';
import { encodeModel } from '@internvl/backend/onnx';
import { listDevices, nodeBackend } from '@internvl/backend-node';

for (const report of await listDevices()) {
  console.log(report.works ? `${report.device}: works` : `${report.device}: no. ${report.remedy}`);
}

// A GPU if there is one, else the CPU; the name and the callback say which and why.
const backend = await nodeBackend({
  device: 'webgpu',
  fallback: ['cpu'],
  threads: 2,
  onFallback: ({ wanted, next, reason }) => console.log(`${wanted} → ${next}: ${reason}`),
});
console.log(backend.name);

// y = x · w, with w in a file beside the model: it is mapped into memory, not read.
const folder = await mkdtemp(join(tmpdir(), 'backend-node-'));
try {
  await writeFile(join(folder, 'weights.data'), new Uint8Array(Float32Array.of(10, 100).buffer));
  const external = { location: 'weights.data', offset: 0, length: 8 };
  const model = encodeModel({
    irVersion: 10,
    opsets: { '': 21 },
    producer: 'example',
    graph: {
      name: 'product',
      nodes: [{ name: 'y', op: 'Mul', domain: '', inputs: ['x', 'w'], outputs: ['y'], attributes: {} }],
      initializers: [{ name: 'w', type: 'float32', dims: [2], external }],
      inputs: [{ name: 'x', type: 'float32', dims: ['rows', 2] }],
      outputs: [{ name: 'y', type: 'float32', dims: ['rows', 2] }],
    },
  });
  await writeFile(join(folder, 'model.onnx'), model);

  const graph = await backend.load({ path: join(folder, 'model.onnx') });
  const { y } = await graph.run({ x: hostTensor('float32', Float32Array.of(1, 2), [1, 2]) });
  console.log(`y [${y?.dims}] = ${await y?.getData()}`);
  await graph.dispose();
} finally {
  await rm(folder, { recursive: true });
}
