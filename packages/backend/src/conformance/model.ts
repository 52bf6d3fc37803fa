import type { DType, TensorData } from '../dtype.js';
import { encodeModel } from '../onnx/encode.js';
import type { OnnxAttribute, OnnxNode, OnnxTensor, OnnxValue } from '../onnx/model.js';

/*
 * Models of a few nodes, written on the spot.
 */

export interface TinyModel {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly nodes: readonly OnnxNode[];
  readonly constants?: readonly OnnxTensor[];
}

/** The bytes of a model: opset 21 and com.microsoft 1, as our graphs have. */
export function tinyModel({ inputs, outputs, nodes, constants = [] }: TinyModel): { bytes: Uint8Array } {
  return {
    bytes: encodeModel({
      irVersion: 10,
      opsets: { '': 21, 'com.microsoft': 1 },
      producer: '@internvl/backend/conformance',
      graph: { name: 'case', inputs, outputs, nodes, initializers: constants },
    }),
  };
}

/** A node; operators of ONNX Runtime's own set are named with their domain: `'com.microsoft.Gelu'`. */
export function node(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, OnnxAttribute>> = {},
): OnnxNode {
  const dot = operator.lastIndexOf('.');
  const domain = operator.slice(0, Math.max(0, dot));
  return { name: outputs.join(), op: operator.slice(dot + 1), domain, inputs, outputs, attributes };
}

export function port(name: string, type: DType, dims: readonly (number | string)[]): OnnxValue {
  return { name, type, dims };
}

export function constant<T extends DType>(
  name: string,
  type: T,
  dims: readonly number[],
  data: TensorData[T],
): OnnxTensor {
  return { name, type, dims, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

/** `y = x + x` on any number of float32: the model of cases that are not about operators. */
export function doubling(): { bytes: Uint8Array } {
  return tinyModel({
    inputs: [port('x', 'float32', ['n'])],
    outputs: [port('y', 'float32', ['n'])],
    nodes: [node('Add', ['x', 'x'], ['y'])],
  });
}

/** `count` numbers between -1 and 1 that look random and are always the same. */
export function numbers(count: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}
