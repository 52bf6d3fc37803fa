import type { Matrix } from '../write/matrix.js';
import { type FloatType, type StoredTensor, storedRows, storedTransposed } from '../write/stored-tensor.js';
import type { GraphBuilder } from './graph-builder.js';
import { halfProduct, widened } from './half-product.js';
import { addBias } from './norm.js';
import type { ExpertWeights, Precision } from './precision.js';

/** Weights as floating point numbers: products in float32, or in float16 between values in float32. */
export class FloatPrecision implements Precision {
  readonly name: 'fp32' | 'fp16';
  readonly #type: FloatType;

  constructor(name: 'fp32' | 'fp16') {
    this.name = name;
    this.#type = name === 'fp32' ? 'float32' : 'float16';
  }

  rowBytes(columns: number): number {
    return (this.#type === 'float32' ? 4 : 2) * columns;
  }

  tableRowBytes(columns: number): number {
    return this.rowBytes(columns);
  }

  linear(graph: GraphBuilder, name: string, x: string, weight: Matrix, bias?: Matrix): string {
    const factor = graph.weight(storedTransposed(weight, this.#type));
    const multiply = (own: string, value: string) => graph.add(own, 'MatMul', [value, factor]);
    if (this.#type === 'float16') return halfProduct(graph, name, x, multiply, bias);
    const product = multiply(name, x);
    return bias ? addBias(graph, `${name}.biased`, product, bias) : product;
  }

  /** Widens the rows it found, not the table. */
  lookUp(graph: GraphBuilder, name: string, ids: string, table: Matrix): string {
    const rows = graph.add(name, 'Gather', [graph.weight(storedRows(table, this.#type)), ids], { axis: 0 });
    return this.#type === 'float32' ? rows : widened(graph, `${name}.wide`, rows);
  }

  score(graph: GraphBuilder, name: string, x: string, table: Matrix): string {
    const rows = graph.weight(storedRows(table, this.#type));
    const multiply = (own: string, value: string) => graph.add(own, 'Gemm', [value, rows], { transB: 1 });
    return this.#type === 'float32' ? multiply(name, x) : halfProduct(graph, name, x, multiply);
  }

  /**
   * com.microsoft.MoE: ONNX Runtime's CPU kernel runs each expert once on the tokens that chose it. Plain ONNX operators
   * could only run all experts on all tokens or copy whole experts for every token; the one operator is what ONNX Runtime
   * has in float32 on a CPU (its WebGPU provider leaves the node there), and it takes the weights in the file's order.
   * Computed in float32 whatever they are stored in.
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
    return this.#type === 'float32' ? weight : widened(graph, `${weight}.wide`, weight);
  }
}
