import type { Matrix } from '../write/matrix.js';
import { quantisedRows, type RowForm, signedRows, unsignedRows } from '../write/quantised-rows.js';
import type { GraphBuilder } from './graph-builder.js';
import { addBias } from './norm.js';
import type { ExpertWeights, Precision } from './precision.js';
import { addExperts } from './quantised-experts.js';
import { codes, scales } from './quantised-weight.js';

/** Code of float32 in ONNX. */
const FLOAT32 = 1;

/**
 * Weights with a scale for each output channel, activations of eight bits with a scale for each token, multiplied as
 * integers: for CPU and WASM. Weights are signed and have seven bits, for speed; the embedding table and the head, which
 * is multiplied by one row at a time, are unsigned and have eight.
 */
export class Int8Precision implements Precision {
  readonly name = 'int8';

  /** Codes and the scale. */
  rowBytes(columns: number): number {
    return columns + 4;
  }

  tableRowBytes(columns: number): number {
    return this.rowBytes(columns);
  }

  linear(graph: GraphBuilder, name: string, x: string, weight: Matrix, bias?: Matrix): string {
    const product = multiply(graph, name, x, weight, signedRows);
    return bias ? addBias(graph, `${name}.biased`, product, bias) : product;
  }

  /** The table lies as the head multiplies by it, `[columns, rows]`: a row is a column of it. */
  lookUp(graph: GraphBuilder, name: string, ids: string, table: Matrix): string {
    const tensor = quantisedRows(table, unsignedRows);
    const found = graph.add(`${name}.codes`, 'Gather', [codes(graph, tensor), ids], { axis: 1 });
    const rows = graph.add(`${name}.rows`, 'Transpose', [found], { perm: [1, 2, 0] });
    const wide = graph.add(`${name}.wide`, 'Cast', [rows], { to: FLOAT32 });
    const centred = graph.add(`${name}.centred`, 'Sub', [wide, float(graph, unsignedRows.zero)]);
    const scale = graph.add(`${name}.scale`, 'Gather', [scales(graph, tensor, [table.rows, 1]), ids], {
      axis: 0,
    });
    return graph.add(name, 'Mul', [centred, scale]);
  }

  score(graph: GraphBuilder, name: string, x: string, table: Matrix): string {
    return multiply(graph, name, x, table, unsignedRows);
  }

  experts(graph: GraphBuilder, name: string, x: string, router: string, experts: ExpertWeights): string {
    return addExperts(graph, name, [x, router], experts, 8);
  }
}

/**
 * ONNX Runtime multiplies by one activation scale for the whole tensor; here each row is divided by its own before, and the
 * product multiplied by it behind.
 */
function multiply(graph: GraphBuilder, name: string, x: string, weight: Matrix, form: RowForm): string {
  const one = float(graph, 1);
  const zero = code(graph, unsignedRows);
  const size = graph.add(`${name}.size`, 'Abs', [x]);
  const largest = graph.add(`${name}.largest`, 'ReduceMax', [size, graph.ints([-1])], { keepdims: 1 });
  const scale = graph.add(`${name}.scale`, 'Mul', [largest, float(graph, 1 / unsignedRows.most)]);
  const divisor = graph.add(`${name}.divisor`, 'Max', [scale, float(graph, smallest)]);
  const unit = graph.add(`${name}.unit`, 'Div', [x, divisor]);
  const rounded = graph.add(`${name}.codes`, 'QuantizeLinear', [unit, one, zero]);
  const tensor = quantisedRows(weight, form);
  const factors = [codes(graph, tensor), one, scales(graph, tensor, [weight.rows]), zero, code(graph, form)];
  const product = graph.add(`${name}.product`, 'com.microsoft.MatMulIntegerToFloat', [rounded, ...factors]);
  return graph.add(name, 'Mul', [product, divisor]);
}

/** What a row is divided by at least, so that zeros stay zeros. */
const smallest = 1e-30;

function float(graph: GraphBuilder, value: number): string {
  const data = new Uint8Array(Float32Array.of(value).buffer);
  return graph.constant({ name: `float.${value}`, type: 'float32', dims: [], data });
}

/** The code of zero. */
function code(graph: GraphBuilder, { type, zero }: RowForm): string {
  return graph.constant({ name: `zero.${type}`, type, dims: [], data: Uint8Array.of(zero) });
}
