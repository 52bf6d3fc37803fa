import type { DType } from '../dtype.js';

/*
 * An ONNX model as plain data: the messages of onnx.proto that our graphs need, under our names.
 * Source: onnx/onnx.proto (IR version 10).
 */

/** Element types of ONNX that a model may name; `DType` is the part that ports may have. */
export type OnnxType = DType | 'bfloat16' | 'float64' | 'uint16' | 'int16' | 'uint32' | 'uint64' | 'string';

/** A `.onnx` file (ModelProto). */
export interface OnnxModel {
  /** Version of the file format; 10 goes with opset 21. */
  readonly irVersion: number;
  /** Version of each operator set by domain; the default domain is `''`. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly producer: string;
  readonly graph: OnnxGraph;
}

/** What a model computes (GraphProto). */
export interface OnnxGraph {
  readonly name: string;
  /** In an order in which every input is computed before it is used. */
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

/** One use of an operator (NodeProto). */
export interface OnnxNode {
  readonly name: string;
  /** Operator: `'MatMul'`. */
  readonly op: string;
  /** Operator set: `''` for ONNX's own, `'com.microsoft'` for ONNX Runtime's. */
  readonly domain: string;
  /** Names of values; an optional input that is left out is `''`. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** The value of an attribute, tagged with its kind: `{ int: 1 }`, `{ float: 1e-6 }`. */
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly tensor: OnnxTensor }
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[] }
  | { readonly strings: readonly string[] }
  /** Read from a file, of a kind not listed above (a subgraph, …), named by ONNX's number. */
  | { readonly otherKind: number };

/** A constant: its elements are in the model (`data`) or in a file beside it (`external`). */
export type OnnxTensor = {
  readonly name: string;
  readonly type: OnnxType;
  /** Row-major, outermost first; `[]` is a scalar. */
  readonly dims: readonly number[];
} & (
  | {
      /** The elements as they lie in memory, little-endian. */
      readonly data: Uint8Array;
    }
  | { readonly external: ExternalData }
);

/** Where the elements of a tensor lie outside the model. */
export interface ExternalData {
  /** File name relative to the model's folder. */
  readonly location: string;
  /** First byte. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
}

/** A graph input or output. */
export interface OnnxValue {
  readonly name: string;
  readonly type: OnnxType;
  /** A string is a symbolic size: `['batch', 2, 'past', 128]`. */
  readonly dims: readonly (number | string)[];
}
