import type { Backend, Capabilities, GraphLoadOptions, ModelSource } from '../backend.js';
import type { DType } from '../dtype.js';
import { InternVLError } from '../error.js';
import type { Graph } from '../graph.js';
import { modelFault } from '../ort/load-error.js';
import { untilAborted } from '../until-aborted.js';
import { list, record } from './json.js';
import { modelPorts } from './model-ports.js';
import { RemoteGraph } from './remote-graph.js';
import { InferenceServer } from './server.js';
import { upload } from './upload.js';

/** What `remoteBackend` takes. */
export interface RemoteBackendOptions {
  /** Address of the server, in front of `/v2`: `'http://gpu-7:8000'`. */
  readonly url: string;
  /**
   * The server's name for the model of a path; by default the name of the file without `.onnx`, so that `…/vision.onnx`
   * is `vision`. A name may be passed as the path as it is.
   */
  readonly modelName?: ((path: string) => string) | undefined;
  /** Version of the models on the server; the server's own choice when left out. */
  readonly version?: string | undefined;
  /** Sent with every request; a function is asked for each of them (a token that expires). */
  readonly headers?: (() => Readonly<Record<string, string>>) | Readonly<Record<string, string>> | undefined;
  /** Milliseconds that one request may take, body and all; 60,000 by default. */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds that the server may take to load a model; 600,000 by default. */
  readonly loadTimeoutMs?: number | undefined;
  /** How often a request is sent again that did not come through or met a busy server (429, 503); 2 by default. */
  readonly retries?: number | undefined;
  /** Milliseconds before a request is sent again, twice as many before the next; 200 by default. */
  readonly retryAfterMs?: number | undefined;
  /** Requests that are under way at a time; more wait in order. 8 by default. */
  readonly concurrency?: number | undefined;
  /** `fetch` of your own: for client certificates, proxies, tests. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Largest absolute error that the server's device makes for numbers near 1; float32 1e-5 by default, TF32 has 5e-3. */
  readonly tolerance?: Capabilities['tolerance'] | undefined;
  readonly signal?: AbortSignal | undefined;
}

const dtypes: ReadonlySet<DType> = new Set(['float32', 'float16', 'int64', 'int32', 'uint8', 'int8', 'bool']);

/**
 * A backend whose graphs run on a server of the Open Inference Protocol v2 with binary tensors over HTTP: Triton, KServe. Needs
 * `fetch` and nothing else, in Node and in browsers.
 *
 * `load({ path })` takes the path for the name of a model that the server has, and has the server load it where it is not ready
 * yet; `load({ bytes })` sends a small model there and takes it off again when the graph is disposed. Both need the model
 * repository extension for that.
 *
 * `load` throws `model-not-found`, `model-unreadable`, `unsupported-operator`, `dtype-unknown`, `file-missing`; `run` throws what
 * `checkRun` throws, `graph-disposed` and `run-failed`; both `network`, `remote-timeout`, `remote-busy`, `remote-unauthorized`, `remote-unreadable`.
 *
 * @throws `remote-unsupported` for a server without binary tensors; `invalid-option`; `network` and the rest.
 */
export async function remoteBackend(options: RemoteBackendOptions): Promise<Backend> {
  const {
    modelName = fileStem,
    version,
    loadTimeoutMs = 600_000,
    tolerance = { float32: 1e-5 },
    signal,
  } = options;
  const server = new InferenceServer(checked(options));
  const { name, extensions } = serverFacts(await server.json('/v2', { signal }));
  if (!extensions.some((extension) => extension.startsWith('binary_tensor_data'))) {
    throw new InternVLError(
      'remote-unsupported',
      `Expected a server with the extension binary_tensor_data, got ${name} with ${extensions.join(', ') || 'none'}; half precision has no other form.`,
      { server: name, extensions },
    );
  }
  const hasRepository = extensions.some((extension) => extension.startsWith('model_repository'));
  const capabilities: Capabilities = { dtypes, tolerance, deviceTensors: false, writesInto: false };

  async function opened(
    model: string,
    unload: (() => Promise<void>) | undefined,
    on?: AbortSignal,
  ): Promise<Graph> {
    const path = pathOf(model, version);
    const metadata = await server.json(path, { signal: on });
    // Triton's own extension: another server has no configuration to show, and needs none.
    const config = await server.json(`${path}/config`, { signal: on }).catch((error: unknown) => {
      if (InternVLError.is(error, 'remote-not-found') || InternVLError.is(error, 'remote-refused'))
        return undefined;
      throw error;
    });
    return new RemoteGraph(modelPorts(metadata, config), { server, capabilities, path, unload });
  }

  async function byName(model: string, on: AbortSignal | undefined): Promise<Graph> {
    const ready = await server.send(`${pathOf(model, version)}/ready`, { signal: on }).then(
      () => true,
      (error: unknown) => {
        if (notThere(error)) return false;
        throw error;
      },
    );
    if (!ready) {
      if (!hasRepository) throw notFound(model, 'it is not ready');
      const path = `/v2/repository/models/${encodeURIComponent(model)}/load`;
      await server
        .send(path, { method: 'POST', body: '{}', signal: on, timeoutMs: loadTimeoutMs })
        .catch((error: unknown) => {
          throw notThere(error) ? notFound(model, String(error.facts.said), error) : error;
        });
    }
    return opened(model, undefined, on);
  }

  async function byBytes(source: Extract<ModelSource, { readonly bytes: Uint8Array }>): Promise<Graph> {
    if (!hasRepository) {
      throw new InternVLError(
        'invalid-option',
        `Expected the path or name of a model that ${name} has, got the bytes of one, which it takes no delivery of; put the model into its repository.`,
        { server: name },
      );
    }
    const model = await upload(server, source, loadTimeoutMs).catch((error: unknown) => {
      const refused = InternVLError.is(error, 'remote-refused') || InternVLError.is(error, 'remote-failed');
      throw refused ? modelFault(String(error.facts.said), error, source, name) : error;
    });
    const unload = async () => {
      await server.send(`/v2/repository/models/${model}/unload`, { method: 'POST', body: '{}' });
    };
    try {
      return await opened(model, unload);
    } catch (error) {
      await unload();
      throw error;
    }
  }

  return {
    spec: 'v1',
    name: `remote:${name}`,
    capabilities,
    async load(source: ModelSource, { signal: on }: GraphLoadOptions = {}): Promise<Graph> {
      on?.throwIfAborted();
      if ('path' in source) return byName(modelName(source.path), on);
      // What is sent is sent whole, and then taken off the server again: half of it nobody could name.
      return untilAborted(byBytes(source), on, (graph) => graph.dispose());
    },
  };
}

function pathOf(model: string, version: string | undefined): string {
  const path = `/v2/models/${encodeURIComponent(model)}`;
  return version === undefined ? path : `${path}/versions/${encodeURIComponent(version)}`;
}

/** `vision` of `/models/onnx/vision.onnx`; a name stays as it is. */
function fileStem(path: string): string {
  return path.replace(/^.*[\\/]/, '').replace(/\.onnx$/, '');
}

/** Triton answers a model that is not ready with 400, one that it does not know with 404. */
function notThere(error: unknown): error is InternVLError {
  return InternVLError.is(error, 'remote-refused') || InternVLError.is(error, 'remote-not-found');
}

function notFound(model: string, reason: string, cause?: unknown): InternVLError {
  return new InternVLError(
    'model-not-found',
    `Expected the server to have a model "${model}", it does not: ${reason}; put it into its repository (internvl convert --target triton), or pass modelName.`,
    { model, reason },
    { cause },
  );
}

function serverFacts(metadata: unknown): { readonly name: string; readonly extensions: readonly string[] } {
  const { name, extensions } = record(metadata) ?? {};
  return { name: typeof name === 'string' ? name : 'unknown', extensions: list(extensions).map(String) };
}

/** @throws `invalid-option`. */
function checked({
  url,
  headers = {},
  timeoutMs = 60_000,
  loadTimeoutMs = 600_000,
  retries = 2,
  retryAfterMs = 200,
  concurrency = 8,
  fetch = globalThis.fetch.bind(globalThis),
}: RemoteBackendOptions) {
  if (!/^https?:\/\/[^/?#]/.test(url))
    throw invalid('url', url, 'an address that begins with http:// or https://');
  const atLeast = { timeoutMs: 1, loadTimeoutMs: 1, retries: 0, retryAfterMs: 0, concurrency: 1 };
  const given = { timeoutMs, loadTimeoutMs, retries, retryAfterMs, concurrency };
  for (const option of ['timeoutMs', 'loadTimeoutMs', 'retries', 'retryAfterMs', 'concurrency'] as const) {
    if (Number.isInteger(given[option]) && given[option] >= atLeast[option]) continue;
    throw invalid(option, given[option], `a whole number from ${atLeast[option]}`);
  }
  return { url, headers, fetch, timeoutMs, retries, retryAfterMs, concurrency };
}

function invalid(option: string, value: unknown, wanted: string): InternVLError {
  return new InternVLError(
    'invalid-option',
    `Expected ${option} as ${wanted}, got ${String(value)}; change it.`,
    {
      option,
      value,
    },
  );
}
