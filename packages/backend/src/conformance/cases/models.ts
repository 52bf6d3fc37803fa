import { hostTensor } from '../../host-tensor.js';
import type { OnnxTensor } from '../../onnx/model.js';
import { floats, near, refused, withGraph } from '../check.js';
import type { ConformanceCase } from '../conformance-case.js';
import { doubling, node, port, tinyModel } from '../model.js';

const text = new TextEncoder().encode('<!doctype html><title>404</title>');
const { bytes } = doubling();

/** A weight of two numbers behind the first 4096 bytes of a file beside the model. */
const outside: OnnxTensor = {
  name: 'w',
  type: 'float32',
  dims: [2],
  external: { location: 'weights.data', offset: 4096, length: 8 },
};
const shifted = tinyModel({
  inputs: [port('x', 'float32', [2])],
  outputs: [port('y', 'float32', [2])],
  nodes: [node('Add', ['x', 'w'], ['y'])],
  constants: [outside],
});

const garbage: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ['no bytes at all are no model', new Uint8Array(0)],
  ['a web page is no model', text],
  ['half a model is no model', bytes.subarray(0, bytes.length >> 1)],
];

export const modelCases: readonly ConformanceCase[] = [
  ...garbage.map(([name, model]) => ({
    name,
    run: (backend: Parameters<ConformanceCase['run']>[0]) =>
      refused(name, 'model-unreadable', () => backend.load({ bytes: model })),
  })),
  {
    name: 'an unknown operator is refused at loading',
    run: (backend) => {
      const model = tinyModel({
        inputs: [port('x', 'float32', ['n'])],
        outputs: [port('y', 'float32', ['n'])],
        nodes: [node('Frobnicate', ['x'], ['y'])],
      });
      return refused('an unknown operator to be refused', 'unsupported-operator', () => backend.load(model));
    },
  },
  {
    name: 'external data come from the bytes that are passed',
    run: (backend) => {
      const data = new Float32Array(1026);
      data.set([3, 4], 1024);
      const externalData = { 'weights.data': new Uint8Array(data.buffer) };
      return withGraph(backend, { ...shifted, externalData }, async (graph) => {
        const { y } = await graph.run({ x: hostTensor('float32', Float32Array.of(10, 20), [2]) });
        near('y', await floats(y), [13, 24], 0);
      });
    },
  },
  {
    name: 'external data that are not passed are missed by name',
    run: (backend) => refused('missing data', 'file-missing', () => backend.load(shifted)),
  },
  {
    name: 'external data that end too early are refused',
    run: (backend) => {
      const externalData = { 'weights.data': new Uint8Array(4100) };
      return refused('short data', 'model-unreadable', () => backend.load({ ...shifted, externalData }));
    },
  },
];
