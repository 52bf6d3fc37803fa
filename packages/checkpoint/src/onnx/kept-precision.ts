import type { Precision } from './precision.js';

/** `precision`, but the linear layers that are named (as nodes of the graph) are those of `other`. */
export function keptPrecision(
  precision: Precision,
  other: Precision,
  isKept: (name: string) => boolean,
): Precision {
  return {
    name: precision.name,
    rowBytes: (columns) => precision.rowBytes(columns),
    tableRowBytes: (columns) => precision.tableRowBytes(columns),
    linear: (graph, name, x, weight, bias) =>
      (isKept(name) ? other : precision).linear(graph, name, x, weight, bias),
    lookUp: (...parameters) => precision.lookUp(...parameters),
    score: (...parameters) => precision.score(...parameters),
    experts: (...parameters) => precision.experts(...parameters),
  };
}
