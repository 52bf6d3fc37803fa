import type { Matrix } from '../write/matrix.js';
import type { BlockBits } from '../write/quantise-block.js';
import { quantisedBlocks } from '../write/quantised-blocks.js';
import { FloatPrecision } from './float-precision.js';
import type { GraphBuilder } from './graph-builder.js';
import type { ExpertWeights } from './precision.js';
import { codes, scales } from './quantised-weight.js';

/**
 * com.microsoft.QMoE with blocks of weights; they have to fill a row, else the experts stay float32. ONNX Runtime has it
 * right on the CPU only: what its WebGPU kernel gives is wrong, so that a loader has to keep such a decoder away from WebGPU.
 */
export function addExperts(
  graph: GraphBuilder,
  name: string,
  [x, router]: readonly [string, string],
  experts: ExpertWeights,
  bits: BlockBits,
): string {
  const { count, perToken, normalise, gateUp, down } = experts;
  const blockSize = [32, 16].find((size) => [gateUp, down].every(({ columns }) => columns % size === 0));
  if (blockSize === undefined) return new FloatPrecision('fp32').experts(graph, name, x, router, experts);
  const stored = (matrix: Matrix) => {
    const tensor = quantisedBlocks(matrix, bits, { blockSize });
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
