import type { Capabilities } from '../backend.js';
import { checkRun } from '../check-run.js';
import type { DType } from '../dtype.js';
import { InternVLError } from '../error.js';
import type { Graph, Port, RunOptions } from '../graph.js';
import { hostTensor } from '../host-tensor.js';
import type { OnnxGraph, OnnxValue } from '../onnx/model.js';
import type { Tensor, Tensors } from '../tensor.js';
import { elementsOf, isDType } from '../typed-array.js';
import { untilAborted } from '../until-aborted.js';
import { Inputs, type Kernel } from './operator.js';
import { compile, type Step } from './program.js';
import { type Value, words } from './value.js';

/** Longest stretch without returning to the event loop, as far as single operators allow. */
const turnMs = 16;

/** A model as a list of steps; a run walks it once. */
export class ReferenceGraph implements Graph {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly #capabilities: Capabilities;
  #steps: readonly Step[];
  #constants: ReadonlyMap<string, Value>;
  #disposed = false;

  constructor(
    graph: OnnxGraph,
    opsets: Readonly<Record<string, number>>,
    weights: ReadonlyMap<string, Value>,
    capabilities: Capabilities,
  ) {
    this.inputs = graph.inputs.filter(({ name }) => !weights.has(name)).map(port);
    this.outputs = graph.outputs.map(port);
    this.#capabilities = capabilities;
    ({ steps: this.#steps, constants: this.#constants } = foldConstants(compile(graph, opsets), weights));
  }

  async run(feeds: Tensors, options: RunOptions = {}): Promise<Tensors> {
    const { signal, into = {}, outputs = this.outputs.map(({ name }) => name) } = options;
    signal?.throwIfAborted();
    if (this.#disposed) {
      throw new InternVLError(
        'graph-disposed',
        'Expected a graph in use, got one that was disposed; load the model again.',
      );
    }
    checkRun(this, feeds, options, this.#capabilities);
    return untilAborted(this.#walk(feeds, outputs, into, signal), signal, () => {});
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#steps = [];
    this.#constants = new Map();
  }

  async #walk(
    feeds: Tensors,
    outputs: readonly string[],
    into: Tensors,
    signal: AbortSignal | undefined,
  ): Promise<Tensors> {
    const constants = this.#constants;
    const values = new Map(constants);
    for (const [name, feed] of Object.entries(feeds)) values.set(name, asValue(feed));
    const targets = new Map(Object.entries(into).map(([name, tensor]) => [name, asValue(tensor)]));
    const wanted = [...new Set([...outputs, ...targets.keys()])];
    const steps = needed(this.#steps, wanted);
    const lastUses = lastUsesOf(steps, wanted);
    let turnEnds = performance.now() + turnMs;
    for (const [index, step] of steps.entries()) {
      if (performance.now() > turnEnds) {
        await new Promise((resolve) => setTimeout(resolve));
        turnEnds = performance.now() + turnMs;
      }
      signal?.throwIfAborted();
      compute(step, values, targets);
      for (const name of lastUses.get(index) ?? []) values.delete(name);
    }
    const taken = new Set([...constants.values(), ...Object.values(feeds)].map(({ data }) => data.buffer));
    const made = wanted.map((name) => [name, output(name, values.get(name)!, into[name], taken)] as const);
    return Object.fromEntries(made.filter(([name]) => outputs.includes(name)));
  }
}

/** Runs one step; its outputs join `values`. */
function compute(
  { node, kernel }: Step,
  values: Map<string, Value>,
  targets: ReadonlyMap<string, Value>,
): void {
  const inputs = new Inputs(
    node,
    node.inputs.map((name) => values.get(name)),
    node.outputs.map((name) => targets.get(name)),
  );
  const results = guarded(inputs, kernel);
  node.outputs.forEach((name, index) => {
    if (name === '') return;
    const value = results[index];
    if (!value) throw inputs.failure(`no output ${index} ("${name}")`, 'a node that wants it');
    values.set(name, value);
  });
}

/** What a kernel stumbles over without a word of its own (a size that no array can have) becomes one of ours. */
function guarded(inputs: Inputs, kernel: Kernel): readonly (Value | undefined)[] {
  try {
    return kernel(inputs);
  } catch (error) {
    if (InternVLError.is(error)) throw error;
    throw inputs.failure('inputs it can work with', String(error));
  }
}

/** Computes what depends on nothing but weights, once and for all: float16 weights become float32 here. */
function foldConstants(
  steps: readonly Step[],
  weights: ReadonlyMap<string, Value>,
): { steps: readonly Step[]; constants: ReadonlyMap<string, Value> } {
  const values = new Map(weights);
  const rest = steps.filter((step) => {
    if (!step.node.inputs.every((name) => name === '' || values.has(name))) return true;
    compute(step, values, new Map());
    return false;
  });
  const used = new Set(rest.flatMap(({ node }) => node.inputs));
  const made = new Set(rest.flatMap(({ node }) => node.outputs));
  const isResult = (name: string) => !made.has(name) && steps.some(({ node }) => node.outputs.includes(name));
  return {
    steps: rest,
    constants: new Map([...values].filter(([name]) => used.has(name) || isResult(name))),
  };
}

/** The steps that the outputs hang on. */
function needed(steps: readonly Step[], outputs: readonly string[]): readonly Step[] {
  const wanted = new Set(outputs);
  const kept = [...steps].reverse().filter(({ node }) => {
    const keep = node.outputs.some((name) => wanted.has(name));
    if (keep) for (const name of node.inputs) wanted.add(name);
    return keep;
  });
  return kept.reverse();
}

/** By step, the values that nothing needs after it. */
function lastUsesOf(
  steps: readonly Step[],
  outputs: readonly string[],
): ReadonlyMap<number, readonly string[]> {
  const seen = new Set(outputs);
  const lastUses = new Map<number, readonly string[]>();
  for (let index = steps.length - 1; index >= 0; index--) {
    const { inputs, outputs: made } = steps[index]!.node;
    const last = [...new Set([...inputs, ...made])].filter((name) => !seen.has(name));
    for (const name of last) seen.add(name);
    lastUses.set(index, last);
  }
  return lastUses;
}

/** The tensor to give away: the caller's own where one was passed, else one that nobody else holds. */
function output(name: string, value: Value, target: Tensor | undefined, taken: Set<ArrayBufferLike>): Tensor {
  if (target) {
    if (
      target.dims.length !== value.dims.length ||
      target.dims.some((size, axis) => size !== value.dims[axis])
    ) {
      throw new InternVLError(
        'shape-mismatch',
        `Expected the tensor to write "${name}" into to be [${value.dims.join(', ')}], got [${target.dims.join(', ')}]; pass one of that size.`,
        { output: name, expected: value.dims, actual: target.dims },
      );
    }
    if (target.data !== value.data) words(target.data).set(words(value.data));
    return target;
  }
  const { type, dims, data } = value;
  const own = taken.has(data.buffer) ? data.slice() : data;
  taken.add(own.buffer);
  return hostTensor<DType>(type, own, dims);
}

function asValue({ type, dims, data }: Tensor): Value {
  return { type, dims, data: elementsOf(type, data) ?? data };
}

/** @throws `dtype-unknown`. */
function port({ name, type, dims }: OnnxValue): Port {
  if (isDType(type)) return { name, type, dims };
  throw new InternVLError(
    'dtype-unknown',
    `Expected "${name}" to have an element type of DType, got ${type}; export the model with a Cast there.`,
    { port: name, type },
  );
}
