import type { Capabilities } from '../backend.js';
import { checkRun } from '../check-run.js';
import { InternVLError } from '../error.js';
import type { Graph, Port, RunOptions } from '../graph.js';
import type { Tensors } from '../tensor.js';
import { inferRequest, inferResponse, type RemotePort } from './infer-message.js';
import type { ModelPorts } from './model-ports.js';
import type { InferenceServer } from './server.js';

/** What a graph borrows from its backend. */
export interface RemoteGraphHost {
  readonly server: InferenceServer;
  readonly capabilities: Capabilities;
  /** Path of the model: `/v2/models/vision`, with its version where one was asked for. */
  readonly path: string;
  /** Takes the model off the server again, where the backend brought it there. */
  readonly unload: (() => Promise<void>) | undefined;
}

/** A model on a server. */
export class RemoteGraph implements Graph {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly #ports: ModelPorts;
  readonly #host: RemoteGraphHost;
  #disposed = false;

  constructor(ports: ModelPorts, host: RemoteGraphHost) {
    this.#ports = ports;
    this.#host = host;
    this.inputs = ports.inputs.map(plain);
    this.outputs = ports.outputs.map(plain);
  }

  async run(feeds: Tensors, options: RunOptions = {}): Promise<Tensors> {
    const { signal, outputs = this.outputs.map(({ name }) => name) } = options;
    signal?.throwIfAborted();
    if (this.#disposed) {
      throw new InternVLError(
        'graph-disposed',
        'Expected a graph in use, got one that was disposed; load the model again.',
      );
    }
    const { server, capabilities, path } = this.#host;
    checkRun(this, feeds, options, capabilities);
    refuseDevice(feeds);
    const request = inferRequest(this.#ports.inputs, feeds, outputs);
    const { body, jsonBytes } = await server
      .send(`${path}/infer`, { method: 'POST', ...request, signal })
      .catch((error: unknown) => {
        throw asRunError(error);
      });
    return inferResponse(body, jsonBytes, this.#ports.outputs, outputs);
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#host.unload?.();
  }
}

function plain({ name, type, dims }: RemotePort): Port {
  return { name, type, dims };
}

function refuseDevice(feeds: Tensors): void {
  for (const [name, { location }] of Object.entries(feeds)) {
    if (location === 'cpu') continue;
    throw new InternVLError(
      'invalid-option',
      `Expected "${name}" on the CPU, got it on ${location}; fetch it with getData first.`,
      { feed: name, location },
    );
  }
}

/** What the server refuses while it runs a graph is a run that failed. */
function asRunError(error: unknown): unknown {
  if (!InternVLError.is(error, 'remote-refused') && !InternVLError.is(error, 'remote-failed')) return error;
  return new InternVLError('run-failed', error.message, error.facts, { cause: error });
}
