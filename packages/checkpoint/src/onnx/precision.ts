import type { Matrix } from '../write/matrix.js';
import type { GraphBuilder } from './graph-builder.js';

/**
 * How weights are stored and multiplied. `fp32`: as they are. `fp16`: half the size, products in float16 (GPUs). `int8`: bytes,
 * one scale for each output channel, integer products (CPU, WASM). `q8`, `q4`: eight or four bits in blocks of 32 (CPU,
 * WebGPU). `q8f16`, `q4f16`: the same with products in float16 (GPUs).
 */
export type PrecisionName = 'fp32' | 'fp16' | 'int8' | 'q8' | 'q8f16' | 'q4' | 'q4f16';

/** Precision of each part of a model. */
export interface PartPrecisions {
  readonly vision: PrecisionName;
  readonly llm: PrecisionName;
  /** Of the embedding table and the head, where the language model is stored in blocks (`q4`, `q8`, …). Default: `q8`. */
  readonly head?: HeadPrecision | undefined;
}

/** Bits of the embedding table and the head: four read fewer bytes per token, eight change fewer answers. */
export type HeadPrecision = 'q4' | 'q8';

/**
 * How the heavy parts of a graph are stored and computed: one implementation for each way to hold weights. Everything
 * else in a graph (norms, biases, positions, attention) is float32 whatever the precision.
 *
 * Every method adds nodes to `graph` and gives the name of the resulting float32 value.
 */
export interface Precision {
  readonly name: PrecisionName;
  /** Bytes that a row of so many columns takes in the largest single tensor made of a matrix, on disk or in memory. */
  rowBytes(columns: number): number;
  /** The same of what `lookUp` and `score` make of a table. */
  tableRowBytes(columns: number): number;
  /** `x [..., columns]` · weightᵀ (+ bias) = `[..., rows]`. `bias` is `[rows, 1]`. */
  linear(graph: GraphBuilder, name: string, x: string, weight: Matrix, bias?: Matrix): string;
  /** Rows of `table` by `ids`, an int64 value of any shape: `[...ids, columns]`. */
  lookUp(graph: GraphBuilder, name: string, ids: string, table: Matrix): string;
  /** `x [n, columns]` · tableᵀ = `[n, rows]`. A table that `lookUp` reads too is stored once. */
  score(graph: GraphBuilder, name: string, x: string, table: Matrix): string;
  /**
   * Gated feed-forward of the chosen experts: `x [batch, sequence, hidden]` with router logits
   * `[batch · sequence, count]` = `[batch, sequence, hidden]`.
   */
  experts(graph: GraphBuilder, name: string, x: string, router: string, experts: ExpertWeights): string;
}

/** Weights of a mixture of experts, expert after expert. */
export interface ExpertWeights {
  readonly count: number;
  readonly perToken: number;
  /** Whether the weights of the chosen experts are scaled to sum to one. */
  readonly normalise: boolean;
  /** `[count · 2 · mlpWidth, hidden]`, rows of gate and up in turn. */
  readonly gateUp: Matrix;
  /** `[count · hidden, mlpWidth]`. */
  readonly down: Matrix;
}
