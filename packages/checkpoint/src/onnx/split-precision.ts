import { InternVLError } from '@internvl/backend';
import type { Matrix } from '../write/matrix.js';
import { pickRows } from '../write/segments.js';
import type { GraphBuilder } from './graph-builder.js';
import type { ExpertWeights, Precision } from './precision.js';

/**
 * A precision whose tensors stay within a number of bytes, for devices that bind no larger buffer: a matrix beyond it is
 * cut along its rows, that is, by output channels or by the vocabulary. Experts stay whole; they are computed on the CPU.
 */
export class SplitPrecision implements Precision {
  readonly #inner: Precision;
  readonly #maxTensorBytes: number;

  constructor(inner: Precision, maxTensorBytes: number) {
    this.#inner = inner;
    this.#maxTensorBytes = maxTensorBytes;
  }

  get name(): Precision['name'] {
    return this.#inner.name;
  }

  rowBytes(columns: number): number {
    return this.#inner.rowBytes(columns);
  }

  tableRowBytes(columns: number): number {
    return this.#inner.tableRowBytes(columns);
  }

  linear(graph: GraphBuilder, name: string, x: string, weight: Matrix, bias?: Matrix): string {
    const parts = this.#parts(weight, this.#inner.rowBytes(weight.columns));
    if (parts.length === 1) return this.#inner.linear(graph, name, x, weight, bias);
    const products = parts.map(({ matrix, first }, at) =>
      this.#inner.linear(graph, `${name}.${at}`, x, matrix, bias && rowsOf(bias, first, matrix.rows)),
    );
    return graph.add(name, 'Concat', products, { axis: -1 });
  }

  /** Looks every id up in every part, at its nearest row, and takes what the part that has the row found. */
  lookUp(graph: GraphBuilder, name: string, ids: string, table: Matrix): string {
    const [head, ...rest] = this.#parts(table, this.#inner.tableRowBytes(table.columns));
    if (rest.length === 0) return this.#inner.lookUp(graph, name, ids, table);
    const clamped = graph.add(`${name}.0.ids`, 'Min', [ids, graph.ints([head!.matrix.rows - 1])]);
    let found = this.#inner.lookUp(graph, `${name}.0`, clamped, head!.matrix);
    for (const [index, { matrix, first }] of rest.entries()) {
      const at = `${name}.${index + 1}`;
      const offset = graph.add(`${at}.offset`, 'Sub', [ids, graph.ints([first])]);
      const low = graph.add(`${at}.low`, 'Max', [offset, graph.ints([0])]);
      const own = graph.add(`${at}.ids`, 'Min', [low, graph.ints([matrix.rows - 1])]);
      const rows = this.#inner.lookUp(graph, at, own, matrix);
      const within = graph.add(`${at}.within`, 'GreaterOrEqual', [ids, graph.ints([first])]);
      const mask = graph.add(`${at}.mask`, 'Unsqueeze', [within, graph.ints([-1])]);
      found = graph.add(`${at}.joined`, 'Where', [mask, rows, found]);
    }
    return found;
  }

  score(graph: GraphBuilder, name: string, x: string, table: Matrix): string {
    const parts = this.#parts(table, this.#inner.tableRowBytes(table.columns));
    if (parts.length === 1) return this.#inner.score(graph, name, x, table);
    const products = parts.map(({ matrix }, at) => this.#inner.score(graph, `${name}.${at}`, x, matrix));
    return graph.add(name, 'Concat', products, { axis: -1 });
  }

  experts(graph: GraphBuilder, name: string, x: string, router: string, experts: ExpertWeights): string {
    return this.#inner.experts(graph, name, x, router, experts);
  }

  /** Equal parts but for the last, the same for every reader of a matrix. */
  #parts(matrix: Matrix, rowBytes: number): { readonly matrix: Matrix; readonly first: number }[] {
    const most = Math.floor((this.#maxTensorBytes - padding) / rowBytes);
    if (!(most >= 1)) throw tooSmall(this.#maxTensorBytes, rowBytes);
    if (matrix.rows <= most) return [{ matrix, first: 0 }];
    const count = Math.ceil(matrix.rows / most);
    const rows = Math.ceil(matrix.rows / count);
    return Array.from({ length: Math.ceil(matrix.rows / rows) }, (_, index) => {
      const first = index * rows;
      return { first, matrix: rowsOf(matrix, first, Math.min(rows, matrix.rows - first)) };
    });
  }
}

/** Bytes that may lie between codes and scales. */
const padding = 64;

function rowsOf(matrix: Matrix, first: number, count: number): Matrix {
  return { ...pickRows(matrix, [{ first, count }]), name: `${matrix.name}.rows.${first}` };
}

function tooSmall(value: number, needed: number): InternVLError {
  return new InternVLError(
    'invalid-option',
    `Expected maxTensorBytes to hold a row of ${needed} bytes at least, got ${value}; pass what the device binds, 128 MiB or more.`,
    { option: 'maxTensorBytes', value, needed },
  );
}
