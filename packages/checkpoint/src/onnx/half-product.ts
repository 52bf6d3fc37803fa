import type { Matrix } from '../write/matrix.js';
import type { GraphBuilder } from './graph-builder.js';
import { addBias } from './norm.js';

/** Codes of element types in ONNX. */
const [FLOAT32, FLOAT16] = [1, 10];

/**
 * A product in float16 between values in float32: `multiply` gets `x` rounded to float16. What lies between products (norms,
 * biases, gates, attention, the sum that runs through the layers) stays float32: language models and vision towers have
 * channels there that float16 cannot hold.
 */
export function halfProduct(
  graph: GraphBuilder,
  name: string,
  x: string,
  multiply: (name: string, x: string) => string,
  bias?: Matrix,
): string {
  const narrow = graph.add(`${name}.x`, 'Cast', [x], { to: FLOAT16 });
  const product = widened(graph, name, multiply(`${name}.half`, narrow));
  return bias ? addBias(graph, `${name}.biased`, product, bias) : product;
}

/** A float16 value as float32, under the name `name`. */
export function widened(graph: GraphBuilder, name: string, value: string): string {
  return graph.add(name, 'Cast', [value], { to: FLOAT32 });
}
