import type { Matrix } from '../write/matrix.js';
import { type BlockBits, blockSize } from '../write/quantise-block.js';
import { quantisedBlocks } from '../write/quantised-blocks.js';
import type { GraphBuilder } from './graph-builder.js';
import type { ExpertWeights } from './precision.js';
import { codes, scales } from './quantised-weight.js';

/**
 * com.microsoft.QMoE with blocks of 32 weights. ONNX Runtime has it right on the CPU (and in WASM) only: its WebGPU kernel
 * computes another activation, so that a loader has to keep such a decoder away from WebGPU.
 */
export function addQuantisedExperts(
  graph: GraphBuilder,
  name: string,
  [x, router]: readonly [string, string],
  { count, perToken, normalise, gateUp, down }: ExpertWeights,
  bits: BlockBits,
): string {
  const stored = (matrix: Matrix) => {
    const tensor = quantisedBlocks(matrix, bits);
    const [rows, blocks = 0, blockBytes = 0] = [matrix.rows / count, ...tensor.dims.slice(1)];
    return [
      codes(graph, tensor, [count, rows, blocks * blockBytes]),
      scales(graph, tensor, [count, rows, blocks]),
    ];
  };
  const inputs = [x, router, ...stored(gateUp), '', ...stored(down)];
  return graph.add(name, 'com.microsoft.QMoE', inputs, {
    k: perToken,
    activation_type: 'swiglu',
    swiglu_fusion: 1,
    activation_alpha: { float: 1 },
    activation_beta: { float: 0 },
    normalize_routing_weights: normalise ? 1 : 0,
    expert_weight_bits: bits,
    block_size: blockSize,
  });
}
