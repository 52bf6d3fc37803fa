import type { DType } from '@internvl/backend';
import type {
  ExternalData,
  OnnxAttribute,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxType,
  OnnxValue,
} from '@internvl/backend/onnx';
import type { StoredTensor } from '../write/stored-tensor.js';

/** Attributes of a node; a plain number is an integer. */
export type Attributes = Readonly<Record<string, number | string | readonly number[] | { float: number }>>;

/** How a graph reads bytes of the data file. */
export interface WeightView {
  /** The value's name, unique in the graph. */
  readonly name: string;
  readonly type: OnnxType;
  readonly dims: readonly number[];
  /** Bytes from the start of the stored tensor. */
  readonly offset: number;
  /** Length in bytes. */
  readonly bytes: number;
}

/** Name of the program in the files it writes. */
const producer = '@internvl/checkpoint';

/** Collects the nodes of one graph. Values are names; a node has the name of its (first) output. */
export class GraphBuilder {
  readonly #name: string;
  readonly #nodes: OnnxNode[] = [];
  readonly #inputs: OnnxValue[] = [];
  readonly #outputs: OnnxValue[] = [];
  readonly #constants = new Map<string, OnnxTensor>();
  readonly #stored = new Map<string, StoredTensor>();
  readonly #views = new Map<string, WeightView & { readonly of: string }>();

  constructor(name: string) {
    this.#name = name;
  }

  /** Tensors of the data file that the graph reads, in the order of first use. */
  get tensors(): readonly StoredTensor[] {
    return [...this.#stored.values()];
  }

  /** Whether a node has this name. */
  has(node: string): boolean {
    return this.#nodes.some(({ name }) => name === node);
  }

  input(name: string, type: DType, dims: readonly (number | string)[]): string {
    this.#inputs.push({ name, type, dims });
    return name;
  }

  /** Makes the value `name` an output, float32 unless told otherwise. */
  output(name: string, dims: readonly (number | string)[], type: DType = 'float32'): void {
    this.#outputs.push({ name, type, dims });
  }

  /** A node with one output, called `name`. An operator of ONNX Runtime's own is `'com.microsoft.MoE'`. */
  add(name: string, operator: string, inputs: readonly string[], attributes: Attributes = {}): string {
    this.addMany([name], operator, inputs, attributes);
    return name;
  }

  /** A node with several outputs. */
  addMany(
    outputs: readonly string[],
    operator: string,
    inputs: readonly string[],
    attributes: Attributes = {},
  ): void {
    const dot = operator.lastIndexOf('.');
    this.#nodes.push({
      name: outputs[0]!,
      op: operator.slice(dot + 1),
      domain: operator.slice(0, Math.max(dot, 0)),
      inputs,
      outputs,
      attributes: Object.fromEntries(
        Object.entries(attributes).map(([key, value]) => [key, attribute(value)]),
      ),
    });
  }

  /** Gives the value that the last node made another name, the one of a port. */
  rename(value: string, name: string): void {
    const node = this.#nodes.pop()!;
    const outputs = node.outputs.map((output) => (output === value ? name : output));
    this.#nodes.push({ ...node, name, outputs });
  }

  /** A constant int64 vector that lies in the graph itself; its name is its content unless one is given. */
  ints(values: readonly number[], name = `ints.${values.join('.')}`): string {
    const data = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    this.#constants.set(name, { name, type: 'int64', dims: [values.length], data });
    return name;
  }

  /** A constant that lies in the graph itself. */
  constant(tensor: OnnxTensor): string {
    this.#constants.set(tensor.name, tensor);
    return tensor.name;
  }

  /** A constant that lies in the data file. */
  weight(tensor: StoredTensor): string {
    const { name, type, dims, bytes } = tensor;
    return this.view(tensor, { name, type, dims, offset: 0, bytes });
  }

  /** A constant that is a part of a stored tensor, or the same bytes in another shape. */
  view(tensor: StoredTensor, view: WeightView): string {
    if (!this.#stored.has(tensor.name)) this.#stored.set(tensor.name, tensor);
    this.#views.set(view.name, { ...view, of: tensor.name });
    return view.name;
  }

  /** The finished model. Opset 21 with ONNX Runtime's operators, file format 10. */
  build(locate: (name: string) => ExternalData): OnnxModel {
    const stored = [...this.#views.values()].map(({ name, type, dims, offset, bytes, of }) => {
      const place = locate(of);
      return { name, type, dims, external: { ...place, offset: place.offset + offset, length: bytes } };
    });
    return {
      irVersion: 10,
      opsets: { '': 21, 'com.microsoft': 1 },
      producer,
      graph: {
        name: this.#name,
        nodes: this.#nodes,
        initializers: [...this.#constants.values(), ...stored],
        inputs: this.#inputs,
        outputs: this.#outputs,
      },
    };
  }
}

function attribute(value: Attributes[string]): OnnxAttribute {
  if (typeof value === 'number') return { int: value };
  if (typeof value === 'string') return { string: value };
  return 'float' in value ? value : { ints: value };
}
