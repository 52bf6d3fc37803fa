import type { Capabilities } from '../backend.js';
import { checkRun } from '../check-run.js';
import type { DType } from '../dtype.js';
import { InternVLError } from '../error.js';
import type { Graph, Port, RunOptions, Span } from '../graph.js';
import type { Tensor, Tensors } from '../tensor.js';
import { isDType } from '../typed-array.js';
import { untilAborted } from '../until-aborted.js';
import { LastingSession } from './lasting-session.js';
import type { OrtDevice } from './ort-device.js';
import type { OrtPort, OrtSession, OrtTensor } from './ort-namespace.js';
import type { OrtTensors } from './ort-tensors.js';
import { outOfMemory } from './out-of-memory.js';

/** What a graph borrows from its backend. */
export interface OrtGraphHost {
  readonly name: string;
  readonly capabilities: Capabilities;
  readonly tensors: OrtTensors;
  /** Lets one session work at a time. */
  readonly inTurn: <T>(task: () => Promise<T>) => Promise<T>;
  /** Opens the model again with these outputs left on the device; absent where there are no device tensors. */
  readonly reopen: ((stayOnDevice: readonly string[]) => Promise<OrtSession>) | undefined;
  readonly device: OrtDevice | undefined;
  /** Whether a run ends in the middle when its signal aborts. */
  readonly endsRuns: boolean;
}

/** A model in an ONNX Runtime session. */
export class OrtGraph implements Graph {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly allocate?: <T extends DType>(type: T, dims: readonly number[]) => Tensor<T>;
  readonly copy?: (from: Tensor, to: Tensor, spans: readonly Span[]) => void;
  readonly #host: OrtGraphHost;
  #current: LastingSession | undefined;
  /** The outputs that the session leaves on the device: ONNX Runtime wants to know when it opens. */
  #stays: readonly string[] = [];
  #disposed = false;

  constructor(session: OrtSession, host: OrtGraphHost) {
    this.#current = new LastingSession(session, host.inTurn);
    this.#host = host;
    this.inputs = session.inputMetadata.map(port);
    this.outputs = session.outputMetadata.map(port);
    const { device, tensors } = host;
    if (!device) return;
    this.allocate = (type, dims) => tensors.allocate(device, type, dims);
    this.copy = (from, to, spans) => {
      device.assertSound();
      device.copy(tensors.allocated('from', from), tensors.allocated('to', to), spans);
    };
  }

  async run(feeds: Tensors, options: RunOptions = {}): Promise<Tensors> {
    const { signal } = options;
    signal?.throwIfAborted();
    if (this.#disposed) throw disposed();
    checkRun(this, feeds, options, this.#host.capabilities);
    const { inTurn, tensors } = this.#host;
    const ortFeeds = Object.fromEntries(
      Object.entries(feeds).map(([name, feed]) => [name, tensors.feed(name, feed)]),
    );
    const work = inTurn(async () => {
      signal?.throwIfAborted();
      return this.#run(ortFeeds, options);
    });
    return untilAborted(work, signal, disposeAll);
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#host.inTurn(() => this.#retire());
  }

  async #run(feeds: Readonly<Record<string, OrtTensor>>, options: RunOptions): Promise<Tensors> {
    const names = options.outputs ?? this.outputs.map(({ name }) => name);
    const { into = {}, stayOnDevice = [], signal } = options;
    const { device, tensors, name: backend, endsRuns } = this.#host;
    const current = await this.#sessionLeaving(device ? [] : stayOnDevice);
    const fetches = Object.fromEntries(names.map((name) => [name, tensors.target(into[name])]));
    device?.assertSound();
    // Errors arrive as rejections; onnxruntime-web would print them besides, whatever its session was told.
    const run = current.session.run(feeds, fetches, {
      logSeverityLevel: 4,
      ...(endsRuns && signal ? { signal } : {}),
    });
    let results: Readonly<Record<string, OrtTensor>>;
    try {
      results = await (device ? Promise.race([run, device.lost]) : run);
    } catch (error) {
      device?.assertSound();
      throw runError(error, backend, into);
    }
    device?.assertSound();
    const output = (name: string, result: OrtTensor): Tensor => {
      const target = into[name];
      if (target) return fetches[name] ? target : tensors.fill(name, target, result);
      if (device && stayOnDevice.includes(name)) return tensors.moved(name, result, device);
      return tensors.output(name, result, current);
    };
    return Object.fromEntries(names.map((name) => [name, output(name, results[name]!)]));
  }

  /** The session, reopened when other outputs than before are to stay on the device. */
  async #sessionLeaving(stayOnDevice: readonly string[]): Promise<LastingSession> {
    const { inTurn, reopen } = this.#host;
    const same =
      stayOnDevice.length === this.#stays.length && stayOnDevice.every((name) => this.#stays.includes(name));
    if (reopen && !(same && this.#current)) {
      await this.#retire();
      this.#current = new LastingSession(await reopen(stayOnDevice), inTurn);
      this.#stays = stayOnDevice;
    }
    if (!this.#current) throw disposed();
    return this.#current;
  }

  async #retire(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    await current?.retire();
  }
}

/** @throws `dtype-unknown` for a port that none of our tensors can fill. */
function port(metadata: OrtPort): Port {
  const type = metadata.isTensor ? metadata.type : 'not a tensor';
  if (metadata.isTensor && isDType(type)) return { name: metadata.name, type, dims: metadata.shape };
  throw new InternVLError(
    'dtype-unknown',
    `Expected "${metadata.name}" to have an element type of DType, got ${type}; export the model with a Cast there.`,
    { port: metadata.name, type },
  );
}

function disposed(): InternVLError {
  return new InternVLError(
    'graph-disposed',
    'Expected a graph in use, got one that was disposed; load the model again.',
  );
}

function disposeAll(tensors: Tensors): void {
  for (const tensor of Object.values<Tensor>(tensors)) tensor.dispose();
}

function runError(error: unknown, backend: string, into: Tensors): InternVLError {
  const reason = error instanceof Error ? error.message : String(error);
  // The runtime finds it out in the middle of the run, and does not say of which output.
  if (/shape verification failed|pre-allocated output OrtValues/i.test(reason)) {
    const actual = Object.entries(into).map(([name, { dims }]) => `"${name}" [${dims.join(', ')}]`);
    return new InternVLError(
      'shape-mismatch',
      `Expected tensors to write into of the sizes that the run makes, got ${actual.join(', ')}: ${reason}; allocate them anew.`,
      { backend, into: actual, reason },
      { cause: error },
    );
  }
  const full = outOfMemory(reason, backend, error);
  if (full) return full;
  return new InternVLError(
    'run-failed',
    `Expected ${backend} to run the graph, it failed: ${reason}; check the sizes of the feeds and the memory that is free.`,
    { backend, reason },
    { cause: error },
  );
}
