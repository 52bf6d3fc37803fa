import type { Matrix } from '../write/matrix.js';
import { type BlockBits, defaultBlockSize as blockSize } from '../write/quantise-block.js';
import { quantisedBlocks } from '../write/quantised-blocks.js';
import type { GraphBuilder } from './graph-builder.js';
import { addBias } from './norm.js';
import type { ExpertWeights, Precision } from './precision.js';
import { addExperts } from './quantised-experts.js';
import { codes, scales } from './quantised-weight.js';

/**
 * Weights of four or eight bits in blocks of 32 with a float32 scale each (`MatMulNBits`). Activations are float32; a runtime
 * may round them to eight bits for the product (accuracy level 4), which ONNX Runtime does where it is fast. The embedding
 * table and the head have eight bits always: with four, one answer in thirteen of the nano model changes instead of one in
 * twenty-two, for a fifth more bytes to read per token.
 */
export class BlockPrecision implements Precision {
  readonly name: 'q4' | 'q8';
  readonly #bits: BlockBits;

  constructor(name: 'q4' | 'q8') {
    this.name = name;
    this.#bits = name === 'q4' ? 4 : 8;
  }

  rowBytes(columns: number): number {
    return bytesOfRow(columns, this.#bits);
  }

  tableRowBytes(columns: number): number {
    return bytesOfRow(columns, tableBits);
  }

  linear(graph: GraphBuilder, name: string, x: string, weight: Matrix, bias?: Matrix): string {
    const product = multiply(graph, name, x, weight, this.#bits);
    return bias ? addBias(graph, `${name}.biased`, product, bias) : product;
  }

  /** Reads the very bytes that the head multiplies by. Rows that end within a block are cut where the table ends. */
  lookUp(graph: GraphBuilder, name: string, ids: string, table: Matrix): string {
    const tensor = quantisedBlocks(table, tableBits);
    const [rows = 0, blocks = 0, blockBytes = 0] = tensor.dims;
    const inputs = [
      codes(graph, tensor, [rows, blocks * blockBytes]),
      ids,
      scales(graph, tensor, [rows, blocks]),
    ];
    const found = graph.add(name, 'com.microsoft.GatherBlockQuantized', inputs, {
      gather_axis: 0,
      quantize_axis: 1,
      block_size: blockSize,
      bits: tableBits,
    });
    if (blocks * blockSize === table.columns) return found;
    const bounds = [graph.ints([0]), graph.ints([table.columns]), graph.ints([-1])];
    return graph.add(`${name}.cut`, 'Slice', [found, ...bounds]);
  }

  score(graph: GraphBuilder, name: string, x: string, table: Matrix): string {
    return multiply(graph, name, x, table, tableBits);
  }

  experts(graph: GraphBuilder, name: string, x: string, router: string, experts: ExpertWeights): string {
    return addExperts(graph, name, [x, router], experts, this.#bits);
  }
}

/** Bits of the embedding table and the head. */
const tableBits = 8;

/** Codes and scales. */
function bytesOfRow(columns: number, bits: BlockBits): number {
  return Math.ceil(columns / blockSize) * ((blockSize * bits) / 8 + 4);
}

function multiply(graph: GraphBuilder, name: string, x: string, weight: Matrix, bits: BlockBits): string {
  const tensor = quantisedBlocks(weight, bits);
  const [rows = 0, blocks = 0] = tensor.dims;
  const inputs = [x, codes(graph, tensor), scales(graph, tensor, [rows, blocks])];
  return graph.add(name, 'com.microsoft.MatMulNBits', inputs, {
    N: weight.rows,
    K: weight.columns,
    bits,
    block_size: blockSize,
    accuracy_level: 4,
  });
}
