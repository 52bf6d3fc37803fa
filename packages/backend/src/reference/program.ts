import { InternVLError } from '../error.js';
import type { OnnxGraph, OnnxNode } from '../onnx/model.js';
import { Attributes, type Kernel } from './operator.js';
import { operators } from './operators/index.js';

/** One node ready to run. */
export interface Step {
  readonly node: OnnxNode;
  readonly kernel: Kernel;
}

/** Opset from which on every operator here means what its kernel does. */
const oldestOpset = 18;

/**
 * The nodes of a graph with their kernels, in order.
 *
 * @throws `unsupported-operator` naming every operator that there is no kernel for; `model-unreadable` when a value
 * is used before it is made.
 */
export function compile(graph: OnnxGraph, opsets: Readonly<Record<string, number>>): readonly Step[] {
  const unknown = graph.nodes.map(operatorName).filter((name) => !operators.has(name));
  if (unknown.length > 0) {
    const names = [...new Set(unknown)].sort();
    throw new InternVLError(
      'unsupported-operator',
      `Expected operators that the reference backend has, found ${names.join(', ')}; use another backend or export the model without them.`,
      { operators: names, known: [...operators.keys()] },
    );
  }
  const opset = opsets[''] ?? oldestOpset;
  if (opset < oldestOpset) {
    throw unreadable(`a model of opset ${oldestOpset} or later`, `opset ${opset}`);
  }
  checkOrder(graph);
  return graph.nodes.map((node) => ({
    node,
    kernel: operators.get(operatorName(node))!(new Attributes(node)),
  }));
}

/** `'MatMul'`, `'com.microsoft.Gelu'`. */
function operatorName({ domain, op }: OnnxNode): string {
  return domain === '' ? op : `${domain}.${op}`;
}

function checkOrder({ inputs, initializers, nodes, outputs }: OnnxGraph): void {
  const made = new Set([...inputs, ...initializers].map(({ name }) => name));
  for (const node of nodes) {
    const missing = node.inputs.find((name) => name !== '' && !made.has(name));
    if (missing !== undefined)
      throw unreadable(`"${missing}" to be made before "${node.name}" uses it`, 'no such value');
    for (const name of node.outputs) made.add(name);
  }
  const missing = outputs.find(({ name }) => !made.has(name));
  if (missing) throw unreadable(`a node that makes the output "${missing.name}"`, 'none');
}

function unreadable(expected: string, found: string): InternVLError {
  return new InternVLError(
    'model-unreadable',
    `Expected ${expected}, found ${found}; export the model again.`,
    { expected, found },
  );
}
