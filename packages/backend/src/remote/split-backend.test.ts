import { expect, it } from 'vitest';
import type { Backend, ModelSource } from '../backend.js';
import { doubling, node, port, tinyModel } from '../conformance/model.js';
import { referenceBackend } from '../reference/index.js';
import { splitBackend } from './split-backend.js';

it('sends the vision graph one way and the others the other way', async () => {
  const loads: string[] = [];
  const noting = (name: string): Backend => {
    const reference = referenceBackend();
    return {
      ...reference,
      name,
      load: async () => {
        loads.push(name);
        return reference.load(doubling());
      },
    };
  };
  const language = noting('near');
  const split = splitBackend({ vision: noting('far'), language });
  expect([split.name, split.capabilities]).toEqual(['near, vision on far', language.capabilities]);
  const pixels = tinyModel({
    inputs: [port('pixel_values', 'float32', ['n'])],
    outputs: [port('y', 'float32', ['n'])],
    nodes: [node('Identity', ['pixel_values'], ['y'])],
  });
  const sources: readonly ModelSource[] = [
    { path: '/models/vision-model/decoder.onnx' },
    { path: '/models/a/vision.onnx' },
    { path: 'C:\\models\\vision-448x224.onnx' },
    { path: 'nano-vision' },
    doubling(),
    pixels,
  ];
  for (const source of sources) await split.load(source);
  expect(loads).toEqual(['near', 'far', 'far', 'far', 'near', 'far']);
});
