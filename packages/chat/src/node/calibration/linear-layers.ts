import type { OnnxModel, OnnxNode } from '@internvl/backend/onnx';

/** A product of activations with a matrix of the data file, under the name it has in every precision. */
export interface LinearLayer {
  /** Name of its node and of the product. */
  readonly name: string;
  /** Name of what it multiplies. */
  readonly input: string;
  /** Columns of the matrix. */
  readonly columns: number;
}

/** The linear layers of a graph in float32, but for those that are float32 in every precision. */
export function linearLayers({ graph }: OnnxModel): LinearLayer[] {
  const matrices = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  return graph.nodes.flatMap(({ op, name, inputs: [input = '', factor = ''] }) => {
    const matrix = matrices.get(factor);
    if (op !== 'MatMul' || !matrix || name === 'patches.embedded' || name.endsWith('.router')) return [];
    return [{ name, input, columns: matrix.dims[0]! }];
  });
}

/** The graph of one layer alone, out of a graph of any precision: its input `[1, 'rows', columns]` → its product. */
export function layerGraph(model: OnnxModel, { name, input, columns }: LinearLayer): OnnxModel {
  const { graph } = model;
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((value) => [value, node] as const)));
  const needed = new Set<OnnxNode>();
  const values = new Set<string>();
  const add = (value: string) => {
    values.add(value);
    const node = makers.get(value);
    if (!node || value === input || needed.has(node)) return;
    for (const each of node.inputs) add(each);
    needed.add(node);
  };
  add(name);
  return {
    ...model,
    graph: {
      ...graph,
      nodes: [...needed],
      initializers: graph.initializers.filter((tensor) => values.has(tensor.name)),
      inputs: [{ name: input, type: 'float32', dims: [1, 'rows', columns] }],
      outputs: [{ name, type: 'float32', dims: [1, 'rows', `${name}.columns`] }],
    },
  };
}
