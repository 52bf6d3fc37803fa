import { hostTensor } from '@internvl/backend';
import { encodeModel } from '@internvl/backend/onnx';
import { chooseRuntime, probeDevice, webBackend } from '@internvl/backend-web';
import mjs from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';

/** Says what suits a model here, then multiplies two numbers with the GPU if there is one. */
export async function multiply(say: (words: string) => void): Promise<Float32Array> {
  // Before anything is downloaded: which backend, which precision, does it fit.
  const facts = await probeDevice();
  const choice = chooseRuntime(facts, {
    precisions: [
      { precision: 'q4', weightBytes: 820e6, largestTensorBytes: 76e6 },
      { precision: 'int8', weightBytes: 1_020e6, largestTensorBytes: 136e6 },
    ],
  });
  for (const words of choice.words) say(words);

  const backend = await webBackend({
    device: choice.backend,
    wasmPaths: { mjs, wasm },
    onFallback: ({ wanted, next, reason }) => say(`${wanted} → ${next}: ${reason}`),
    onNotice: ({ words }) => say(words),
  });
  say(backend.name);

  // y = x · w, with w in a file beside the model.
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
  const weights = new Uint8Array(Float32Array.of(10, 100).buffer);
  const graph = await backend.load({ bytes: model, externalData: { 'weights.data': weights } });
  try {
    // On a GPU the result can stay there and be fed to the next run.
    const x = hostTensor('float32', Float32Array.of(1, 2), [1, 2]);
    const into = graph.allocate && { y: graph.allocate('float32', [1, 2]) };
    const { y } = await graph.run({ x }, { into });
    const { y: again } = await graph.run({ x: y! });
    y!.dispose();
    return (await again!.getData()) as Float32Array;
  } finally {
    await graph.dispose();
    backend.dispose();
  }
}
