import type { OrtPort, OrtRunOptions, OrtSession, OrtSessionOptions, OrtTensor } from '@internvl/backend/ort';
import type { Pointer } from './c-api.js';
import { NativeList } from './native-list.js';
import { type NativePort, nativePorts } from './native-ports.js';
import type { NativeTensor } from './native-tensor.js';
import { type OrtRuntime, offHeap } from './ort-runtime.js';
import { sessionOptions } from './session-options.js';

/** A model in the library. Its runs are done on a thread of libuv's pool; the event loop turns meanwhile. */
export class NativeSession implements OrtSession {
  readonly inputMetadata: readonly OrtPort[];
  readonly outputMetadata: readonly OrtPort[];
  readonly #runtime: OrtRuntime;
  readonly #session: Pointer;
  readonly #ports: readonly NativePort[];
  readonly #names: ReadonlyMap<string, Pointer>;

  constructor(runtime: OrtRuntime, session: Pointer) {
    this.#runtime = runtime;
    this.#session = session;
    const inputs = nativePorts(runtime, session, 'Input');
    const outputs = nativePorts(runtime, session, 'Output');
    this.#ports = [...inputs, ...outputs];
    this.#names = new Map(this.#ports.map(({ port, nameAt }) => [port.name, nameAt]));
    this.inputMetadata = inputs.map(({ port }) => port);
    this.outputMetadata = outputs.map(({ port }) => port);
  }

  /** Opens a file, whose external data is mapped, or bytes. Rejects with what the library says. */
  static async open(
    runtime: OrtRuntime,
    source: string | Uint8Array,
    asked: OrtSessionOptions,
  ): Promise<NativeSession> {
    const { api, env } = runtime;
    const options = sessionOptions(runtime, asked);
    const session = offHeap(new BigUint64Array(1));
    try {
      await runtime.inBackground([source, asked, session], (settle) => {
        if (typeof source === 'string') api.createSession.async(env, source, options, session, settle);
        else {
          const { byteLength } = source;
          api.createSessionFromArray.async(env, offHeap(source), byteLength, options, session, settle);
        }
      });
    } finally {
      api.releaseSessionOptions(options);
    }
    return new NativeSession(runtime, session[0]!);
  }

  async run(
    feeds: Readonly<Record<string, OrtTensor>>,
    fetches: Readonly<Record<string, OrtTensor | null>>,
    { logSeverityLevel, signal }: OrtRunOptions = {},
  ): Promise<Readonly<Record<string, NativeTensor>>> {
    const runtime = this.#runtime;
    const { api } = runtime;
    const options = runtime.made((out) => api.createRunOptions(out));
    // The library looks for it between two operators.
    const end = () => runtime.check(api.runOptionsSetTerminate(options));
    const lists: NativeList[] = [];
    try {
      if (logSeverityLevel !== undefined) {
        runtime.check(api.runOptionsSetRunLogSeverityLevel(options, logSeverityLevel));
      }
      const [inputs, outputs] = [
        new NativeList(feeds, runtime, this.#names),
        new NativeList(fetches, runtime, this.#names),
      ];
      lists.push(inputs, outputs);
      signal?.addEventListener('abort', end, { once: true });
      // Node waits for its pool when it exits.
      process.once('exit', end);
      await runtime.inBackground([feeds, fetches, inputs, outputs], (settle) =>
        api.run.async(
          this.#session,
          options,
          inputs.names,
          inputs.values,
          inputs.length,
          outputs.names,
          outputs.length,
          outputs.values,
          settle,
        ),
      );
      return outputs.tensors();
    } finally {
      signal?.removeEventListener('abort', end);
      process.off('exit', end);
      for (const list of lists) list.release();
      api.releaseRunOptions(options);
    }
  }

  async release(): Promise<void> {
    this.#runtime.api.releaseSession(this.#session);
    for (const { nameAt } of this.#ports) this.#runtime.free(nameAt);
  }
}
