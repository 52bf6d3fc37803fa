import type { QuantisedTensor } from '../write/quantised-tensor.js';
import type { GraphBuilder } from './graph-builder.js';

/** The codes as they are stored, or as `dims`. */
export function codes(
  graph: GraphBuilder,
  tensor: QuantisedTensor,
  dims: readonly number[] = tensor.dims,
): string {
  const name = `${tensor.name}.${dims.join('x')}`;
  return graph.view(tensor, { name, type: tensor.type, dims, offset: 0, bytes: tensor.codeBytes });
}

/** The scales as `dims`. */
export function scales(graph: GraphBuilder, tensor: QuantisedTensor, dims: readonly number[]): string {
  const name = `${tensor.name}.scales.${dims.join('x')}`;
  return graph.view(tensor, { name, dims, ...tensor.scales });
}
