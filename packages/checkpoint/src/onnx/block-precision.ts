import type { Matrix } from '../write/matrix.js';
import { type BlockBits, defaultBlockSize as blockSize } from '../write/quantise-block.js';
import { quantisedBlocks } from '../write/quantised-blocks.js';
import type { FloatType } from '../write/stored-tensor.js';
import type { GraphBuilder } from './graph-builder.js';
import { halfProduct } from './half-product.js';
import { addBias } from './norm.js';
import type { ExpertWeights, HeadPrecision, Precision } from './precision.js';
import { addExperts } from './quantised-experts.js';
import { codes, scales } from './quantised-weight.js';

/** Names of precisions in blocks. */
export type BlockName = 'q4' | 'q8' | 'q4f16' | 'q8f16';

/**
 * Weights of four or eight bits in blocks of 32 with a scale each (`MatMulNBits`). Activations and scales are float32, or
 * float16 in products of linear layers; a runtime may round activations to eight bits for the product (accuracy level 4), which
 * ONNX Runtime does where it is fast. The embedding table and the head have float32 scales always: float16 has steps of 1/64
 * between logits of 16 and 32, in which the best of them may tie. They have eight bits unless four are asked for.
 */
export class BlockPrecision implements Precision {
  readonly name: BlockName;
  readonly #form: ProductForm;
  /** Of the embedding table and the head. */
  readonly #tableForm: ProductForm;

  constructor(name: BlockName, head: HeadPrecision = 'q8') {
    this.name = name;
    this.#tableForm = { bits: head === 'q4' ? 4 : 8, scaleType: 'float32' };
    this.#form = {
      bits: name.startsWith('q4') ? 4 : 8,
      scaleType: name.endsWith('f16') ? 'float16' : 'float32',
    };
  }

  rowBytes(columns: number): number {
    return bytesOfRow(columns, this.#form);
  }

  tableRowBytes(columns: number): number {
    return bytesOfRow(columns, this.#tableForm);
  }

  linear(graph: GraphBuilder, name: string, x: string, weight: Matrix, bias?: Matrix): string {
    const form = this.#form;
    if (form.scaleType === 'float16') {
      const half = (own: string, narrow: string) => multiply(graph, own, narrow, weight, form);
      return halfProduct(graph, name, x, half, bias);
    }
    const product = multiply(graph, name, x, weight, form);
    return bias ? addBias(graph, `${name}.biased`, product, bias) : product;
  }

  /** Reads the very bytes that the head multiplies by. Rows that end within a block are cut where the table ends. */
  lookUp(graph: GraphBuilder, name: string, ids: string, table: Matrix): string {
    const { bits } = this.#tableForm;
    const tensor = quantisedBlocks(table, bits);
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
      bits,
    });
    if (blocks * blockSize === table.columns) return found;
    const bounds = [graph.ints([0]), graph.ints([table.columns]), graph.ints([-1])];
    return graph.add(`${name}.cut`, 'Slice', [found, ...bounds]);
  }

  score(graph: GraphBuilder, name: string, x: string, table: Matrix): string {
    return multiply(graph, name, x, table, this.#tableForm);
  }

  experts(graph: GraphBuilder, name: string, x: string, router: string, experts: ExpertWeights): string {
    return addExperts(graph, name, [x, router], experts, this.#form.bits);
  }
}

/** How a matrix is stored that activations of `scaleType` are multiplied by. */
interface ProductForm {
  readonly bits: BlockBits;
  readonly scaleType: FloatType;
}

/** Codes and scales. */
function bytesOfRow(columns: number, { bits, scaleType }: ProductForm): number {
  return Math.ceil(columns / blockSize) * ((blockSize * bits) / 8 + (scaleType === 'float16' ? 2 : 4));
}

function multiply(
  graph: GraphBuilder,
  name: string,
  x: string,
  weight: Matrix,
  { bits, scaleType }: ProductForm,
): string {
  const tensor = quantisedBlocks(weight, bits, { scaleType });
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
