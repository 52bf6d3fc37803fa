import type { Backend, ModelSource } from '../backend.js';
import { decodeModel } from '../onnx/decode.js';

/**
 * Runs the vision graph of a model on one backend and its language graphs on another: vision on a server and language here, or the
 * reverse. What it can is what the language backend can, whose KV cache is the only thing that asks.
 *
 * A graph is the vision graph when its file is called `vision….onnx`, or, passed as bytes, when it takes `pixel_values`.
 */
export function splitBackend({
  vision,
  language,
}: {
  readonly vision: Backend;
  readonly language: Backend;
}): Backend {
  return {
    spec: 'v1',
    name: `${language.name}, vision on ${vision.name}`,
    capabilities: language.capabilities,
    load: async (source, options) => (isVision(source) ? vision : language).load(source, options),
  };
}

function isVision(source: ModelSource): boolean {
  if ('path' in source) return /(^|[\\/-])vision[^\\/]*$/.test(source.path);
  return decodeModel(source.bytes).graph.inputs.some(({ name }) => name === 'pixel_values');
}
