import type { Backend, Capabilities, ModelSource } from '../backend.js';
import { InternVLError } from '../error.js';
import { decodeModel } from '../onnx/decode.js';
import { untilAborted } from '../until-aborted.js';
import { ReferenceGraph } from './reference-graph.js';
import { type ReadRange, readWeights } from './weights.js';

/** What `referenceBackend` takes. */
export interface ReferenceBackendOptions {
  /** How files are read; without it, models load from bytes only. `@internvl/backend-node` exports one for Node. */
  readonly readRange?: ReadRange | undefined;
}

/**
 * A backend in plain TypeScript: it runs the ONNX operators that our graphs are made of, one after the other, sums
 * in float64, and asks nothing of its surroundings. Slow, short, and meant to be read: the oracle for faster
 * backends and the place to start when you write one.
 *
 * It returns to the event loop between operators, so that a run can be aborted and does not freeze its page.
 *
 * `load` throws `model-unreadable`, `unsupported-operator`, `dtype-unknown`, `file-missing`; `run` throws what
 * `checkRun` throws, `graph-disposed`, and `run-failed` when sizes inside the graph do not fit.
 */
export function referenceBackend({ readRange = refuse }: ReferenceBackendOptions = {}): Backend {
  const capabilities: Capabilities = {
    dtypes: new Set(['float32', 'float16', 'int64', 'int32', 'uint8', 'int8', 'bool']),
    deviceTensors: false,
    writesInto: true,
    tolerance: { float32: 1e-6 },
  };
  async function open(source: ModelSource, signal: AbortSignal | undefined): Promise<ReferenceGraph> {
    const bytes = 'path' in source ? await readRange(source.path, 0) : source.bytes;
    const { graph, opsets } = decodeModel(bytes);
    const weights = await readWeights(graph.initializers, source, readRange, signal);
    return new ReferenceGraph(graph, opsets, weights, capabilities);
  }
  return {
    spec: 'v1',
    name: 'reference',
    capabilities,
    async load(source, { signal } = {}) {
      signal?.throwIfAborted();
      return untilAborted(open(source, signal), signal, (graph) => graph.dispose());
    },
  };
}

async function refuse(path: string): Promise<never> {
  throw new InternVLError(
    'invalid-option',
    `Expected a model in bytes, got the path ${path}; pass referenceBackend({ readRange }) to read files.`,
    { path },
  );
}
