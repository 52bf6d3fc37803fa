import { readFile } from 'node:fs/promises';
import { type Backend, type Graph, InternVLError, type Tensors } from '@internvl/backend';
import { decodeModel } from '@internvl/backend/onnx';
import { type LinearLayer, linearLayers } from './linear-layers.js';
import { scratchGraph } from './scratch-graph.js';

/** Rows of activations that a layer was given. */
export interface Recording {
  readonly layer: LinearLayer;
  /** Path of the graph that it is in. */
  readonly path: string;
  /** Each of `layer.columns` numbers. */
  readonly rows: Float32Array[];
}

/** Rows that are kept of one run, evenly spread, the first among them. */
const rowsPerRun = 64;
/** Rows that are kept of a layer. */
const mostRows = 512;

/** `backend`, noting what goes into each linear layer of the graphs that it loads from files. */
export function recordingBackend(backend: Backend, recordings: Recording[]): Backend {
  return {
    ...backend,
    async load(source, options = {}) {
      if (!('path' in source)) {
        throw new InternVLError(
          'invalid-option',
          'Expected a graph in a file to record, got bytes; pass its path.',
        );
      }
      const { path } = source;
      const model = decodeModel(Uint8Array.from(await readFile(path)));
      const own = linearLayers(model).map((layer): Recording => ({ layer, path, rows: [] }));
      recordings.push(...own);
      const added = [...new Map(own.map(({ layer }) => [layer.input, layer])).values()].map(
        ({ input, columns }) => ({
          name: input,
          type: 'float32' as const,
          dims: [`${input}.0`, `${input}.1`, columns],
        }),
      );
      const outputs = [...model.graph.outputs, ...added];
      const recorded = { ...model, graph: { ...model.graph, outputs } };
      return recordingGraph(await scratchGraph(backend, recorded, path, options), own);
    },
  };
}

function recordingGraph(graph: Graph, recordings: readonly Recording[]): Graph {
  const extra = new Set(recordings.map(({ layer }) => layer.input));
  const ports = graph.outputs.filter(({ name }) => !extra.has(name));
  return {
    inputs: graph.inputs,
    outputs: ports,
    async run(feeds, options = {}) {
      const { outputs = ports.map(({ name }) => name) } = options;
      const results = await graph.run(feeds, { ...options, outputs: [...new Set([...outputs, ...extra])] });
      for (const recording of recordings) await record(recording, results);
      for (const name of extra) if (!outputs.includes(name)) results[name]?.dispose();
      return Object.fromEntries(Object.entries(results).filter(([name]) => outputs.includes(name)));
    },
    dispose: () => graph.dispose(),
  };
}

async function record({ layer, rows }: Recording, results: Tensors): Promise<void> {
  const data = await results[layer.input]?.getData();
  if (!(data instanceof Float32Array)) return;
  const count = data.length / layer.columns;
  const step = Math.max(1, Math.floor(count / rowsPerRun));
  for (let row = 0; row < count && rows.length < mostRows; row += step) {
    rows.push(data.slice(row * layer.columns, (row + 1) * layer.columns));
  }
}
