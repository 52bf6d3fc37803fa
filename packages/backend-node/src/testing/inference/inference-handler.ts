import {
  arrayOver,
  type Backend,
  type DType,
  type Graph,
  hostTensor,
  InternVLError,
  type Port,
} from '@internvl/backend';
import { loadFromRepository, type ServedModel, shapeOf } from './model-repository.js';

/** What the server is to be like. */
export interface InferenceHandlerOptions {
  readonly backend: Backend;
  /** A folder laid out for Triton; its models load when they are asked for, as with `--model-control-mode=explicit`. */
  readonly repository?: string | undefined;
  readonly extensions?: readonly string[] | undefined;
}

/** A server of the Open Inference Protocol v2, and what it holds. */
export interface InferenceHandler {
  (request: Request): Promise<Response>;
  /** Names of the models that are loaded. */
  models(): readonly string[];
  close(): Promise<void>;
}

const datatypes: Readonly<Record<string, readonly [type: DType, bytes: number]>> = {
  FP32: ['float32', 4],
  FP16: ['float16', 2],
  INT64: ['int64', 8],
  INT32: ['int32', 4],
  UINT8: ['uint8', 1],
  INT8: ['int8', 1],
  BOOL: ['bool', 1],
};

const triton = [
  'binary_tensor_data',
  'model_configuration',
  'model_repository',
  'model_repository(unload_dependents)',
];
const headerName = 'Inference-Header-Content-Length';

/** A stand-in for Triton: the protocol's paths, over a backend of ours. Tensors only in binary. */
export function inferenceHandler({
  backend,
  repository,
  extensions = triton,
}: InferenceHandlerOptions): InferenceHandler {
  const models = new Map<string, ServedModel>();

  async function answer(request: Request): Promise<Response> {
    const path = new URL(request.url).pathname;
    const post = request.method === 'POST';
    if (path === '/v2' && !post) return Response.json({ name: 'triton', version: '2.stand-in', extensions });
    if (/^\/v2\/health\/(live|ready)$/.test(path)) return new Response();
    const repositoryCall = /^\/v2\/repository\/models\/([^/]+)\/(load|unload)$/.exec(path);
    if (repositoryCall && post) {
      const name = decodeURIComponent(repositoryCall[1]!);
      return repositoryCall[2] === 'load' ? load(name, await request.text()) : unload(name);
    }
    const call = /^\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?(?:\/(ready|config|infer))?$/.exec(path);
    if (!call) return refused(404, `no ${path}`);
    const name = decodeURIComponent(call[1]!);
    const model = models.get(name);
    const known = model && (call[2] === undefined || call[2] === model.version);
    if (call[3] === 'ready') return new Response(null, { status: known ? 200 : 400 });
    if (!known) return refused(404, `Request for unknown model: '${name}' is not found`);
    if (call[3] === 'config') return Response.json(model.config);
    if (call[3] === 'infer') return infer(name, model, request);
    const { inputs, outputs } = model.graph;
    return Response.json({
      name,
      versions: [model.version],
      platform: 'onnxruntime_onnx',
      inputs: inputs.map(portMetadata),
      outputs: outputs.map(portMetadata),
    });
  }

  async function load(name: string, text: string): Promise<Response> {
    const { parameters = {} }: { parameters?: Record<string, string> } = JSON.parse(text || '{}');
    const { config, ...files } = parameters;
    try {
      const model =
        config === undefined ? await fromRepository(name) : await fromFiles(JSON.parse(config), files);
      await models.get(name)?.graph.dispose();
      models.set(name, model);
      return new Response();
    } catch (error) {
      return refused(
        400,
        `failed to load '${name}', version 1 is at UNAVAILABLE state: Internal: onnx runtime error 1: ${wordsOf(error)}`,
      );
    }
  }

  async function fromRepository(name: string): Promise<ServedModel> {
    if (repository === undefined) throw new Error('failed to poll from model repository');
    return loadFromRepository(backend, repository, name);
  }

  async function fromFiles(config: object, files: Readonly<Record<string, string>>): Promise<ServedModel> {
    const contents = Object.entries(files).map(([path, text]) => {
      if (!path.startsWith('file:1/')) throw new Error(`a parameter ${path}`);
      return [path.slice('file:1/'.length), Uint8Array.from(Buffer.from(text, 'base64'))] as const;
    });
    const { 'model.onnx': bytes, ...externalData } = Object.fromEntries(contents);
    if (bytes === undefined) throw new Error('no file:1/model.onnx');
    return { version: '1', graph: await backend.load({ bytes, externalData }), config };
  }

  async function unload(name: string): Promise<Response> {
    const model = models.get(name);
    models.delete(name);
    await model?.graph.dispose();
    return new Response();
  }

  const handler = (request: Request) =>
    answer(request).catch((error: unknown) => refused(400, wordsOf(error)));
  return Object.assign(handler, {
    models: () => [...models.keys()],
    close: async () => {
      for (const name of [...models.keys()]) await unload(name);
    },
  });
}

interface InferJson {
  readonly inputs: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly datatype: string;
    readonly parameters?: { readonly binary_data_size?: number };
  }[];
  readonly outputs?: readonly {
    readonly name: string;
    readonly parameters?: { readonly binary_data?: boolean };
  }[];
}

async function infer(name: string, { graph, version }: ServedModel, request: Request): Promise<Response> {
  const body = new Uint8Array(await request.arrayBuffer());
  const jsonBytes = Number(request.headers.get(headerName) ?? body.byteLength);
  const { inputs, outputs }: InferJson = JSON.parse(new TextDecoder().decode(body.subarray(0, jsonBytes)));
  let offset = jsonBytes;
  const feeds = inputs.map(({ name: input, shape, datatype, parameters }) => {
    const [type, bytes] = datatypes[datatype] ?? [];
    const size = parameters?.binary_data_size;
    if (type === undefined || bytes === undefined) throw new Error(`${input} of ${datatype}`);
    const expected = shape.reduce((product, each) => product * each, bytes);
    if (size !== expected)
      throw new Error(`'${input}' got unexpected byte size ${size}, expecting ${expected}`);
    if (offset + size > body.byteLength) throw new Error(`${input} behind the end of the request`);
    const data = arrayOver(type, body.slice(offset, offset + size));
    offset += size;
    return [input, hostTensor<DType>(type, data, shape)] as const;
  });
  if (offset !== body.byteLength) throw new Error(`${body.byteLength - offset} bytes too many`);
  if (outputs?.some(({ parameters }) => parameters?.binary_data !== true))
    throw new Error('an output in JSON');
  const results = await graph.run(Object.fromEntries(feeds), {
    outputs: outputs?.map((output) => output.name),
    signal: request.signal,
  });
  return inferResponse(name, version, graph, results);
}

async function inferResponse(
  name: string,
  version: string,
  { outputs }: Graph,
  results: Awaited<ReturnType<Graph['run']>>,
): Promise<Response> {
  // In the model's own order, which need not be the one that was asked for.
  const made = outputs.flatMap(({ name: output }) => {
    const tensor = results[output];
    return tensor ? [{ output, tensor }] : [];
  });
  const parts = made.map(
    ({ tensor: { data } }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  );
  const json = Buffer.from(
    JSON.stringify({
      model_name: name,
      model_version: version,
      outputs: made.map(({ output, tensor: { type, dims } }, index) => ({
        name: output,
        datatype: datatypeOf(type),
        shape: dims,
        parameters: { binary_data_size: parts[index]!.byteLength },
      })),
    }),
  );
  return new Response(Buffer.concat([json, ...parts]), {
    headers: { 'content-type': 'application/octet-stream', [headerName]: String(json.byteLength) },
  });
}

function portMetadata(port: Port): object {
  return { name: port.name, datatype: datatypeOf(port.type), shape: shapeOf(port) };
}

function datatypeOf(type: DType): string {
  return Object.entries(datatypes).find(([, [each]]) => each === type)![0];
}

function refused(status: number, error: string): Response {
  return Response.json({ error }, { status });
}

/** What the runtime said, as Triton passes it on. */
function wordsOf(error: unknown): string {
  if (InternVLError.is(error) && typeof error.facts.reason === 'string') return error.facts.reason;
  return error instanceof Error ? error.message : String(error);
}
