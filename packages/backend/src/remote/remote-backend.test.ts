import { describe, expect, it } from 'vitest';
import { InternVLError } from '../error.js';
import { hostTensor } from '../host-tensor.js';
import { jsonLengthHeader } from './infer-message.js';
import { modelConfig } from './model-config.js';
import { type RemoteBackendOptions, remoteBackend } from './remote-backend.js';

/*
 * A server that answers as it is told, by method and path: what goes wrong, and what goes over the wire.
 */

type Answer = (body: Uint8Array, init: RequestInit) => Response | Promise<Response>;

const server = () => Response.json({ name: 'triton', extensions: ['binary_tensor_data'] });
const port = (name: string, datatype: string, shape: readonly number[]) => ({ name, datatype, shape });
const metadata =
  (datatype = 'FP32') =>
  () =>
    Response.json({ inputs: [port('x', datatype, [-1, 2])], outputs: [port('y', datatype, [-1, 2])] });
const ready = () => new Response();
const down = (status: number, error: string) => () => Response.json({ error }, { status });

const model: Readonly<Record<string, Answer>> = {
  'GET /v2': server,
  'GET /v2/models/m/ready': ready,
  'GET /v2/models/m': metadata(),
};

/** A response of one output `y` [rows, 2]. */
function outputs(bytes: Uint8Array<ArrayBuffer>, datatype = 'FP32', size = bytes.byteLength): Response {
  const shape = [bytes.byteLength / (datatype === 'FP32' ? 8 : 4), 2];
  const json = JSON.stringify({
    outputs: [{ name: 'y', datatype, shape, parameters: { binary_data_size: size } }],
  });
  return new Response(new Blob([json, bytes]), { headers: { [jsonLengthHeader]: String(json.length) } });
}

function connected(answers: Readonly<Record<string, Answer>>, options: Partial<RemoteBackendOptions> = {}) {
  const calls: string[] = [];
  const inits: RequestInit[] = [];
  const fetch = async (url: unknown, init: RequestInit = {}): Promise<Response> => {
    const call = `${init.method} ${String(url).slice('http://host:8000'.length)}`;
    calls.push(call);
    inits.push(init);
    const answer = answers[call];
    if (!answer) return Response.json({ error: `no ${call}` }, { status: 404 });
    return answer(init.body instanceof Uint8Array ? init.body : new Uint8Array(), init);
  };
  const backend = () => remoteBackend({ url: 'http://host:8000/', fetch, retryAfterMs: 0, ...options });
  return { calls, inits, backend };
}

const x = () => hostTensor('float32', Float32Array.of(1, 2), [1, 2]);

async function codeOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return 'none';
  } catch (error) {
    return InternVLError.is(error) ? error.code : String(error);
  }
}

describe('a model on a server', () => {
  it('is found by the name of its file, and needs no configuration', async () => {
    const { backend, calls } = connected(model);
    const graph = await (await backend()).load({ path: '/models/a/m.onnx' });
    expect(graph.inputs).toEqual([{ name: 'x', type: 'float32', dims: ['', 2] }]);
    expect(calls).toEqual([
      'GET /v2',
      'GET /v2/models/m/ready',
      'GET /v2/models/m',
      'GET /v2/models/m/config',
    ]);
    await graph.dispose();
    expect(calls).toHaveLength(4);
  });

  it('has a name, a version and headers of your own', async () => {
    let token = 0;
    const { backend, calls, inits } = connected(
      {
        'GET /v2': server,
        'GET /v2/models/a-b/versions/3/ready': ready,
        'GET /v2/models/a-b/versions/3': metadata(),
      },
      {
        modelName: (path) => `a-${path}`,
        version: '3',
        headers: () => ({ authorization: `Bearer ${++token}` }),
      },
    );
    await (await backend()).load({ path: 'b' });
    expect(calls[2]).toBe('GET /v2/models/a-b/versions/3');
    expect(inits.map(({ headers }) => new Headers(headers).get('authorization'))).toEqual(
      [1, 2, 3, 4].map((each) => `Bearer ${each}`),
    );
  });

  it('has its sizes named by the configuration we write', async () => {
    const ports = {
      inputs: [{ name: 'x', type: 'float32', dims: ['tiles', 2] }],
      outputs: [{ name: 'y', type: 'float32', dims: ['tiles', 2] }],
    } as const;
    const config = modelConfig('m', ports);
    const { backend } = connected({ ...model, 'GET /v2/models/m/config': () => Response.json(config) });
    const graph = await (await backend()).load({ path: 'm' });
    expect([graph.inputs, graph.outputs]).toEqual([ports.inputs, ports.outputs]);
  });

  it('is loaded by the server where it is not ready', async () => {
    let loaded = false;
    const { backend, calls } = connected({
      ...model,
      'GET /v2': () => Response.json({ name: 't', extensions: ['binary_tensor_data', 'model_repository'] }),
      'GET /v2/models/m/ready': () => new Response(null, { status: loaded ? 200 : 400 }),
      'POST /v2/repository/models/m/load': () => {
        loaded = true;
        return new Response();
      },
    });
    const made = await backend();
    await made.load({ path: 'm' });
    expect(calls).toContain('POST /v2/repository/models/m/load');
    expect(await codeOf(() => made.load({ path: 'other' }))).toBe('model-not-found');
  });

  it('sends tensors behind the JSON, as they lie in memory', async () => {
    let sent: Uint8Array = new Uint8Array();
    const { backend, inits } = connected({
      ...model,
      'POST /v2/models/m/infer': (body) => {
        sent = body;
        return outputs(new Uint8Array(Float32Array.of(3, 4).buffer));
      },
    });
    const graph = await (await backend()).load({ path: 'm' });
    const { y } = await graph.run({ x: hostTensor('float32', Float32Array.of(9, 1, 2).subarray(1), [1, 2]) });
    expect([...y!.data]).toEqual([3, 4]);
    const length = Number(new Headers(inits.at(-1)?.headers).get(jsonLengthHeader));
    expect(JSON.parse(new TextDecoder().decode(sent.subarray(0, length)))).toEqual({
      inputs: [{ name: 'x', shape: [1, 2], datatype: 'FP32', parameters: { binary_data_size: 8 } }],
      outputs: [{ name: 'y', parameters: { binary_data: true } }],
    });
    expect([...new Float32Array(Uint8Array.from(sent.subarray(length)).buffer)]).toEqual([1, 2]);
  });

  it('passes bfloat16 as float32: rounded to even on the way there, exact on the way back', async () => {
    const bits = Uint32Array.of(0x3f808000, 0x3f818000, 0x3f808001, 0x7fc00000, 0xff800000, 0x7f7fffff);
    const back = Uint16Array.of(0x3f80, 0xc000);
    let sent: Uint8Array = new Uint8Array();
    const { backend } = connected({
      ...model,
      'GET /v2/models/m': metadata('BF16'),
      'POST /v2/models/m/infer': (body, { headers }) => {
        sent = body.slice(Number(new Headers(headers).get(jsonLengthHeader)));
        return outputs(new Uint8Array(back.buffer), 'BF16');
      },
    });
    const graph = await (await backend()).load({ path: 'm' });
    expect(graph.inputs[0]).toMatchObject({ type: 'float32' });
    const { y } = await graph.run({ x: hostTensor('float32', new Float32Array(bits.buffer), [3, 2]) });
    expect([...new Uint16Array(sent.buffer)]).toEqual([0x3f80, 0x3f82, 0x3f81, 0x7fc0, 0xff80, 0x7f80]);
    expect([...y!.data]).toEqual([1, -2]);
  });
});

describe('what goes wrong is told', () => {
  it.each<[string, Readonly<Record<string, Answer>>]>([
    ['remote-unsupported', { 'GET /v2': () => Response.json({ name: 't', extensions: [] }) }],
    ['remote-unreadable', { 'GET /v2': () => new Response('<!doctype html>') }],
    ['remote-unauthorized', { 'GET /v2': down(401, 'who?') }],
    ['remote-busy', { 'GET /v2': down(503, 'full') }],
    ['remote-failed', { 'GET /v2': down(500, 'oh') }],
    ['network', { 'GET /v2': () => Promise.reject(new TypeError('fetch failed')) }],
    ['model-not-found', { 'GET /v2': server }],
    ['dtype-unknown', { ...model, 'GET /v2/models/m': metadata('BYTES') }],
    ['remote-unreadable', { ...model, 'GET /v2/models/m': () => Response.json({}) }],
  ])('%s', async (code, answers) => {
    const { backend } = connected(answers);
    expect(await codeOf(async () => (await backend()).load({ path: 'm' }))).toBe(code);
  });

  it.each<[string, Answer]>([
    ['run-failed', down(400, 'onnx runtime error 2: no')],
    ['remote-unreadable', () => new Response('nothing', { headers: { [jsonLengthHeader]: '7' } })],
    ['remote-unreadable', () => Response.json({ outputs: [] })],
    [
      'remote-unreadable',
      () => new Response('{}', { headers: { 'content-type': 'application/octet-stream' } }),
    ],
    ['remote-unreadable', () => outputs(new Uint8Array(8), 'FP32', 80)],
    ['remote-unreadable', () => outputs(new Uint8Array(8), 'FP32', 4)],
    ['remote-unreadable', () => outputs(new Uint8Array(8), 'FP16')],
    ['remote-unreadable', () => outputs(new Uint8Array(8), 'FP32', -8)],
  ])('%s while running', async (code, answer) => {
    const { backend } = connected({ ...model, 'POST /v2/models/m/infer': answer });
    const graph = await (await backend()).load({ path: 'm' });
    expect(await codeOf(() => graph.run({ x: x() }))).toBe(code);
  });

  it('time is up', async () => {
    const never: Answer = (_, { signal }) =>
      new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    const { backend } = connected({ ...model, 'POST /v2/models/m/infer': never }, { timeoutMs: 50 });
    const graph = await (await backend()).load({ path: 'm' });
    expect(await codeOf(() => graph.run({ x: x() }))).toBe('remote-timeout');
  });

  it('options that are none, models in bytes for a server that takes none', async () => {
    expect(await codeOf(() => remoteBackend({ url: 'host:8000' }))).toBe('invalid-option');
    expect(await codeOf(() => remoteBackend({ url: 'http://h', concurrency: 0 }))).toBe('invalid-option');
    const { backend } = connected(model);
    expect(await codeOf(async () => (await backend()).load({ bytes: new Uint8Array() }))).toBe(
      'invalid-option',
    );
  });
});

describe('requests', () => {
  it('are sent again when they met a busy server or none, as often as allowed', async () => {
    const failures = [down(503, 'full'), () => Promise.reject(new TypeError('fetch failed'))];
    const { backend, calls } = connected({
      ...model,
      'POST /v2/models/m/infer': () => failures.shift()?.() ?? outputs(new Uint8Array(8), 'FP32'),
    });
    const graph = await (await backend()).load({ path: 'm' });
    await graph.run({ x: x() });
    expect(calls.filter((call) => call.endsWith('infer'))).toHaveLength(3);
    failures.push(down(503, 'full'), down(503, 'full'), down(503, 'full'));
    expect(await codeOf(() => graph.run({ x: x() }))).toBe('remote-busy');
  });

  it('are a few at a time, and one that is aborted while it waits leaves its place', async () => {
    let underWay = 0;
    let most = 0;
    const release: (() => void)[] = [];
    const { backend, calls } = connected(
      {
        ...model,
        'POST /v2/models/m/infer': async () => {
          most = Math.max(most, ++underWay);
          await new Promise<void>((resolve) => release.push(resolve));
          underWay--;
          return outputs(new Uint8Array(8));
        },
      },
      { concurrency: 2 },
    );
    const graph = await (await backend()).load({ path: 'm' });
    const left = new AbortController();
    const runs = [1, 2, 3, 4].map((each) => graph.run({ x: x() }, each === 3 ? { signal: left.signal } : {}));
    left.abort('gone');
    await expect(runs[2]).rejects.toBe('gone');
    while (release.length < 2) await new Promise((resolve) => setTimeout(resolve));
    for (const next of release.splice(0)) next();
    while (release.length < 1) await new Promise((resolve) => setTimeout(resolve));
    release[0]!();
    await Promise.all([runs[0], runs[1], runs[3]]);
    expect([most, calls.filter((call) => call.endsWith('infer')).length]).toEqual([2, 3]);
  });
});
