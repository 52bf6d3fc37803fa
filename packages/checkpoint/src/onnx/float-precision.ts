import type { Matrix } from '../write/matrix.js';
import { type FloatType, type StoredTensor, storedRows, storedTransposed } from '../write/stored-tensor.js';
import type { GraphBuilder } from './graph-builder.js';
import { addBias } from './norm.js';
import type { ExpertWeights, Precision } from './precision.js';

/** Code of float32 in ONNX. */
const FLOAT32 = 1;

/** Weights as floating point numbers, computed in float32. */
export class FloatPrecision implements Precision {
  readonly name: 'fp32' | 'fp16';
  readonly #type: FloatType;

  constructor(name: 'fp32' | 'fp16') {
    this.name = name;
    this.#type = name === 'fp32' ? 'float32' : 'float16';
  }

  /** Of the widened tensor: that is what a device holds. */
  rowBytes(columns: number): number {
    return 4 * columns;
  }

  tableRowBytes(columns: number): number {
    return this.rowBytes(columns);
  }

  linear(graph: GraphBuilder, name: string, x: string, weight: Matrix, bias?: Matrix): string {
    const factor = this.#widened(graph, storedTransposed(weight, this.#type));
    const product = graph.add(name, 'MatMul', [x, factor]);
    return bias ? addBias(graph, `${name}.biased`, product, bias) : product;
  }

  /** Widens the rows it found, not the table. */
  lookUp(graph: GraphBuilder, name: string, ids: string, table: Matrix): string {
    const rows = graph.add(name, 'Gather', [graph.weight(storedRows(table, this.#type)), ids], { axis: 0 });
    return this.#type === 'float32' ? rows : graph.add(`${name}.wide`, 'Cast', [rows], { to: FLOAT32 });
  }

  score(graph: GraphBuilder, name: string, x: string, table: Matrix): string {
    return graph.add(name, 'Gemm', [x, this.#widened(graph, storedRows(table, this.#type))], { transB: 1 });
  }

  /**
   * com.microsoft.MoE: ONNX Runtime's CPU kernel runs each expert once on the tokens that chose it. Plain ONNX operators
   * could only run all experts on all tokens or copy whole experts for every token; the one operator is what ONNX Runtime
   * has in float32 on a CPU (its WebGPU provider leaves the node there), and it takes the weights in the file's order.
   */
  experts(graph: GraphBuilder, name: string, x: string, router: string, experts: ExpertWeights): string {
    const { count, perToken, normalise, gateUp, down } = experts;
    const stored = (matrix: Matrix) =>
      this.#widened(graph, storedRows(matrix, this.#type, [count, matrix.rows / count, matrix.columns]));
    return graph.add(name, 'com.microsoft.MoE', [x, router, stored(gateUp), '', stored(down)], {
      k: perToken,
      activation_type: 'swiglu',
      swiglu_fusion: 1,
      activation_alpha: { float: 1 },
      activation_beta: { float: 0 },
      normalize_routing_weights: normalise ? 1 : 0,
    });
  }

  #widened(graph: GraphBuilder, tensor: StoredTensor): string {
    const weight = graph.weight(tensor);
    return this.#type === 'float32' ? weight : graph.add(`${weight}.wide`, 'Cast', [weight], { to: FLOAT32 });
  }
}
