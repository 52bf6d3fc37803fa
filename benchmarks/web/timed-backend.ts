import type { Backend, Graph, RunOptions, Tensor, Tensors } from '@internvl/backend';

/** One run of a graph; milliseconds by the clock, and how many tensors crossed between the processor and the device. */
export interface Run {
  /** Name of an output, to tell the graphs apart. */
  readonly output: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Feeds that lay in the processor's memory, and outputs that were given there: copies, where the device is another. */
  readonly uploads: number;
  readonly downloads: number;
}

/** The same backend, noting every run in `runs`. */
export function timedBackend(backend: Backend, runs: Run[]): Backend {
  return {
    ...facts(backend),
    load: async (model, options) => timedGraph(await backend.load(model, options), runs),
  };
}

function facts({ spec, name, capabilities }: Backend): Omit<Backend, 'load'> {
  return { spec, name, capabilities };
}

function timedGraph(graph: Graph, runs: Run[]): Graph {
  const run = async (feeds: Tensors, options?: RunOptions): Promise<Tensors> => {
    const startMs = performance.now();
    const outputs = await graph.run(feeds, options);
    runs.push({
      output: graph.outputs[0]!.name,
      startMs,
      endMs: performance.now(),
      uploads: onProcessor(feeds),
      downloads: onProcessor(outputs),
    });
    return outputs;
  };
  const { allocate, copy } = graph;
  return {
    inputs: graph.inputs,
    outputs: graph.outputs,
    run,
    dispose: () => graph.dispose(),
    ...(allocate && { allocate: allocate.bind(graph) }),
    ...(copy && { copy: copy.bind(graph) }),
  };
}

function onProcessor(tensors: Tensors): number {
  return Object.values(tensors).filter((tensor: Tensor) => tensor.location === 'cpu').length;
}
