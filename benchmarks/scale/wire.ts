import { hostTensor } from '@internvl/backend';
import { encodeModel } from '@internvl/backend/onnx';
import { remoteBackend } from '@internvl/backend/remote';
import { nodeBackend } from '@internvl/backend-node';
import { serveInference } from '../../packages/backend-node/src/testing/inference/serve-inference.js';

/*
 * node --conditions=@internvl/source --import tsx benchmarks/scale/wire.ts
 *
 * What the wire itself costs: the pixel values of 7 tiles go to a graph that does nothing and come back as many, here and through a
 * server in the same process on the loopback interface. Best and median of 20, interleaved.
 */

const dims = [7, 3, 448, 448];
const x = hostTensor('float32', new Float32Array(7 * 3 * 448 * 448).fill(0.5), dims);
const port = (name: string) => ({ name, type: 'float32', dims: ['tiles', 3, 448, 448] }) as const;
const bytes = encodeModel({
  irVersion: 10,
  opsets: { '': 21 },
  producer: 'benchmark',
  graph: {
    name: 'same',
    nodes: [{ name: 'y', op: 'Identity', domain: '', inputs: ['x'], outputs: ['y'], attributes: {} }],
    initializers: [],
    inputs: [port('x')],
    outputs: [port('y')],
  },
});

const local = await nodeBackend({ device: 'cpu', threads: 1 });
const service = await serveInference({ backend: local });
const remote = await remoteBackend({ url: service.url });
const graphs = { here: await local.load({ bytes }), 'over HTTP': await remote.load({ bytes }) };
const times: Record<string, number[]> = { here: [], 'over HTTP': [] };
for (let turn = 0; turn < 20; turn++) {
  for (const [place, graph] of Object.entries(graphs)) {
    const start = performance.now();
    await graph.run({ x });
    times[place]!.push(performance.now() - start);
  }
}
for (const [place, list] of Object.entries(times)) {
  const sorted = list.toSorted((a, b) => a - b);
  console.log(
    `${place}: best ${sorted[0]!.toFixed(1)} ms, median ${sorted[10]!.toFixed(1)} ms for ${x.data.byteLength} bytes each way`,
  );
}
for (const graph of Object.values(graphs)) await graph.dispose();
await service.close();
