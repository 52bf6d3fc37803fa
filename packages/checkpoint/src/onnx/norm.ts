import type { Matrix } from '../write/matrix.js';
import { storedRows } from '../write/stored-tensor.js';
import type { GraphBuilder } from './graph-builder.js';

/** A vector in float32, whatever the precision of the matrices. */
function vector(graph: GraphBuilder, values: Matrix): string {
  return graph.weight(storedRows(values, 'float32', [values.rows]));
}

/** Adds a vector to the last axis. */
export function addBias(graph: GraphBuilder, name: string, x: string, bias: Matrix): string {
  return graph.add(name, 'Add', [x, vector(graph, bias)]);
}

/** `x · rsqrt(mean(x²) + eps) · scale` over the last axis. */
export function rmsNorm(graph: GraphBuilder, name: string, x: string, scale: Matrix, eps: number): string {
  return graph.add(name, 'SimplifiedLayerNormalization', [x, vector(graph, scale)], {
    axis: -1,
    epsilon: { float: eps },
    stash_type: 1,
  });
}

/** LayerNorm with scale and bias over the last axis. */
export function layerNorm(
  graph: GraphBuilder,
  name: string,
  x: string,
  { scale, bias }: { scale: Matrix; bias: Matrix },
  eps: number,
): string {
  return graph.add(name, 'LayerNormalization', [x, vector(graph, scale), vector(graph, bias)], {
    axis: -1,
    epsilon: { float: eps },
  });
}
