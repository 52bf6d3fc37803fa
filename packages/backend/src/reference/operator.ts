import { InternVLError } from '../error.js';
import type { OnnxNode, OnnxTensor } from '../onnx/model.js';
import { isType, type Value } from './value.js';

/**
 * An operator in two steps: it reads a node's attributes when the model loads, and refuses there what it does not
 * do; the kernel it returns computes outputs from inputs, once per run. An output that is not made is `undefined`.
 */
export type Operator = (attributes: Attributes) => Kernel;
export type Kernel = (inputs: Inputs) => readonly (Value | undefined)[];

/** The attributes of a node, with ONNX's defaults given by the operator that reads them. */
export class Attributes {
  readonly node: OnnxNode;

  constructor(node: OnnxNode) {
    this.node = node;
  }

  int(name: string, fallback: number): number {
    const attribute = this.node.attributes[name];
    return attribute && 'int' in attribute ? attribute.int : fallback;
  }

  float(name: string, fallback: number): number {
    const attribute = this.node.attributes[name];
    return attribute && 'float' in attribute ? attribute.float : fallback;
  }

  string(name: string, fallback: string): string {
    const attribute = this.node.attributes[name];
    return attribute && 'string' in attribute ? attribute.string : fallback;
  }

  ints(name: string): readonly number[] | undefined {
    const attribute = this.node.attributes[name];
    return attribute && 'ints' in attribute ? attribute.ints : undefined;
  }

  tensor(name: string): OnnxTensor | undefined {
    const attribute = this.node.attributes[name];
    return attribute && 'tensor' in attribute ? attribute.tensor : undefined;
  }

  /** Refuses an attribute that is given and is not `value`. */
  only(name: string, value: number | string): void {
    const attribute = this.node.attributes[name];
    if (!attribute) return;
    const [given] = Object.values(attribute);
    if (given !== value) throw this.unsupported(`${name} = ${value}`, `${name} = ${given}`);
  }

  /** Refuses inputs beyond the first `count`. */
  atMost(count: number): void {
    const extra = this.node.inputs.findIndex((name, index) => index >= count && name !== '');
    if (extra >= 0)
      throw this.unsupported(`at most ${count} inputs`, `input ${extra} ("${this.node.inputs[extra]}")`);
  }

  unsupported(expected: string, found: string): InternVLError {
    const { op, name } = this.node;
    return new InternVLError(
      'unsupported-operator',
      `Expected ${op} with ${expected}, found "${name}" with ${found}; the reference backend does no other, use another backend.`,
      { operator: op, node: name, expected, found },
    );
  }
}

/** The inputs of a node in one run. */
export class Inputs {
  readonly #node: OnnxNode;
  readonly #values: readonly (Value | undefined)[];
  readonly #targets: readonly (Value | undefined)[];

  constructor(
    node: OnnxNode,
    values: readonly (Value | undefined)[],
    targets: readonly (Value | undefined)[] = [],
  ) {
    this.#node = node;
    this.#values = values;
    this.#targets = targets;
  }

  get count(): number {
    return this.#values.length;
  }

  /** An input that may be left out. */
  optional(index: number): Value | undefined {
    return this.#values[index];
  }

  any(index: number): Value {
    const value = this.#values[index];
    if (value) return value;
    throw this.failure(`an input ${index}`, 'none');
  }

  float32(index: number): Value<'float32'> {
    const value = this.any(index);
    if (isType(value, 'float32')) return value;
    throw this.failure(`input ${index} to be float32`, value.type);
  }

  /** An int64 or int32 input as numbers: a shape, axes, indices. */
  integers(index: number): number[] {
    const value = this.any(index);
    if (isType(value, 'int64') || isType(value, 'int32')) return Array.from(value.data, Number);
    throw this.failure(`input ${index} to be int64 or int32`, value.type);
  }

  /** Where the caller wants output `index` written (`RunOptions.into`); a kernel may write there or return its own. */
  target(index: number): Value | undefined {
    return this.#targets[index];
  }

  /** Axis `axis` of a shape of `rank` sizes, counted from the end when negative. */
  axis(axis: number, rank: number): number {
    const positive = axis < 0 ? axis + rank : axis;
    if (positive >= 0 && positive < rank) return positive;
    throw this.failure(`an axis of ${rank}`, String(axis));
  }

  failure(expected: string, actual: string): InternVLError {
    const { op, name } = this.#node;
    return new InternVLError(
      'run-failed',
      `Expected ${expected} for ${op} "${name}", got ${actual}; check the sizes of the feeds against the model.`,
      { operator: op, node: name, expected, actual },
    );
  }
}
