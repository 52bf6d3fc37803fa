import { describe, expect, it } from 'vitest';
import type { Backend } from '../backend.js';
import { InternVLError } from '../error.js';
import type { Graph, RunOptions } from '../graph.js';
import { hostTensor } from '../host-tensor.js';
import { referenceBackend } from '../reference/index.js';
import type { Tensor, Tensors } from '../tensor.js';
import { runConformance } from './run-conformance.js';

/*
 * The kit finds faults: each backend here is the reference with one thing wrong, and a case says so.
 */

type Run = (feeds: Tensors, options: RunOptions, graph: Graph) => Promise<Tensors>;

/** The reference with another `run`. */
const running = (run: Run) =>
  changing((graph) => ({ ...plain(graph), run: (feeds, options = {}) => run(feeds, options, graph) }));

/** The reference with other graphs. */
function changing(change: (graph: Graph) => Graph): Backend {
  const reference = referenceBackend();
  return { ...reference, load: async (...model) => change(await reference.load(...model)) };
}

function plain(graph: Graph): Graph {
  const { inputs, outputs } = graph;
  return { inputs, outputs, run: (...run) => graph.run(...run), dispose: () => graph.dispose() };
}

/** Runs and hands each output to `change`. */
const outputting = (change: (tensor: Tensor, feeds: Tensors) => Tensor) =>
  running(async (feeds, options, graph) => {
    const outputs = await graph.run(feeds, options);
    return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, change(tensor, feeds)]));
  });

/** Runs in spite of an error with this code, on nothing. */
const silent = (code: string) =>
  running((feeds, options, graph) =>
    graph.run(feeds, options).catch((error) => {
      if (InternVLError.is(error, code)) return {};
      throw error;
    }),
  );

const floatsOf = ({ data }: Tensor): Float32Array =>
  data instanceof Float32Array ? data : new Float32Array(0);

/** A tensor that every run of a graph writes to again. */
function reusing(): Backend {
  return changing((graph) => {
    const kept = new Float32Array(64);
    return {
      ...plain(graph),
      run: async (feeds, options) => {
        const outputs = await graph.run(feeds, options);
        return Object.fromEntries(
          Object.entries(outputs).map(([name, tensor]) => {
            const own = kept.subarray(0, tensor.data.length);
            own.set(floatsOf(tensor));
            return [name, tensor.type === 'float32' ? hostTensor('float32', own, tensor.dims) : tensor];
          }),
        );
      },
    };
  });
}

const faults: Readonly<Record<string, readonly [backend: Backend, noticedBy: string]>> = {
  'forgets symbolic sizes': [
    changing((graph) => ({ ...plain(graph), inputs: graph.inputs.map((port) => ({ ...port, dims: [] })) })),
    'ports report names, element types and symbolic sizes, in order',
  ],
  'rounds float32': [
    outputting((tensor) =>
      tensor.type === 'float32'
        ? hostTensor(
            'float32',
            floatsOf(tensor).map((x) => x + 1 - 1),
            tensor.dims,
          )
        : tensor,
    ),
    'float32 goes in and comes out bit for bit',
  ],
  'reuses its output memory': [reusing(), 'outputs survive the next run and the graph'],
  'writes to its feeds': [
    outputting((tensor, feeds) => {
      for (const feed of Object.values(feeds)) floatsOf(feed).fill(0);
      return tensor;
    }),
    'feeds stay untouched',
  ],
  'starts at the beginning of a buffer': [
    running((feeds, options, graph) => {
      const shifted = Object.entries(feeds).map(([name, feed]) => {
        const { buffer, length } = floatsOf(feed);
        return [
          name,
          feed.type === 'float32'
            ? hostTensor('float32', new Float32Array(buffer, 0, length), feed.dims)
            : feed,
        ];
      });
      return graph.run(Object.fromEntries(shifted), options);
    }),
    'views honour their byte offset',
  ],
  'returns every output': [
    running((feeds, { outputs: _, ...options }, graph) => graph.run(feeds, options)),
    'only the outputs that are asked for come back',
  ],
  'accepts a missing feed': [silent('missing-feed'), 'a missing feed is refused'],
  'accepts an unknown feed': [silent('unknown-feed'), 'an unknown feed is refused'],
  'accepts any element type': [silent('dtype-mismatch'), 'a feed of another element type is refused'],
  'accepts any sizes': [silent('shape-mismatch'), 'one symbolic size with two values is refused'],
  'runs after dispose': [
    changing((graph) => ({ ...plain(graph), dispose: async () => {} })),
    'a disposed graph refuses to run, and may be disposed again',
  ],
  'ignores abort': [
    running((feeds, { signal: _, ...options }, graph) => graph.run(feeds, options)),
    'abort during a run rejects with its reason, and the graph goes on',
  ],
  'wraps the reason of an abort': [
    running((feeds, options, graph) =>
      graph.run(feeds, options).catch((error) => {
        throw options.signal?.aborted ? new Error('aborted', { cause: error }) : error;
      }),
    ),
    'a run with an aborted signal rejects with its reason',
  ],
  'ignores into': [
    running((feeds, { into: _, ...options }, graph) => graph.run(feeds, options)),
    'outputs are written into tensors of the caller, or that is refused',
  ],
  'claims device tensors': [
    { ...referenceBackend(), capabilities: { ...referenceBackend().capabilities, deviceTensors: true } },
    'outputs stay on the device and are fed back from there, or that is refused',
  ],
  'calls every loading error its own name': [
    {
      ...referenceBackend(),
      load: (...model) =>
        referenceBackend()
          .load(...model)
          .catch((error) => {
            throw new Error('bad model', { cause: error });
          }),
    },
    'a web page is no model',
  ],
  'is a little off': [
    outputting((tensor) =>
      tensor.type === 'float32'
        ? hostTensor(
            'float32',
            floatsOf(tensor).map((x) => x * 1.0001),
            tensor.dims,
          )
        : tensor,
    ),
    'Gemm multiplies by a transposed matrix and adds a bias',
  ],
};

describe('a backend that', () => {
  it.each(Object.entries(faults))('%s is noticed', async (_, [backend, noticedBy]) => {
    const results = await runConformance(backend);
    const failed = results.filter(({ status }) => status === 'failed').map(({ name }) => name);
    expect(failed).toContain(noticedBy);
  });
});
