import { describe, expect, it } from 'vitest';
import { hostTensor } from '../host-tensor.js';
import { ortBackend } from './ort-backend.js';
import type { OrtNamespace, OrtPort, OrtSession, OrtSessionOptions, OrtTensor } from './ort-namespace.js';

/** A runtime that doubles nothing: it gives `x` back as `y` and notes what is done with it. */
function stubRuntime({ ports = [port('x')], fails = {} }: StubOptions = {}) {
  const log: string[] = [];
  const created: OrtSessionOptions[] = [];
  class StubTensor implements OrtTensor {
    readonly type: string;
    readonly data: unknown;
    readonly cpuData: unknown;
    readonly dims: readonly number[];
    readonly location: string;

    constructor(type: string, data: unknown, dims: readonly number[], location = 'cpu') {
      this.type = type;
      this.data = data;
      // onnxruntime-common puts the bits of float16 into an array that the Node binding cannot read.
      this.cpuData = type === 'float16' ? 'not the bits' : data;
      this.dims = dims;
      this.location = location;
    }

    async getData(): Promise<unknown> {
      return this.data;
    }

    dispose(): void {
      log.push('dispose tensor');
    }
  }

  async function create(_: string | Uint8Array, options: OrtSessionOptions = {}): Promise<OrtSession> {
    if (fails.create) throw fails.create;
    created.push(options);
    const number = created.length;
    log.push(`open ${number}`);
    return {
      inputMetadata: ports,
      outputMetadata: [port('y')],
      async run(feeds) {
        if (fails.run) throw fails.run;
        log.push(`run ${number}`);
        const { x } = feeds;
        if (!x) throw new Error('no x');
        return { y: new StubTensor(x.type, x.data, x.dims, options.preferredOutputLocation?.y) };
      },
      async release() {
        log.push(`release ${number}`);
      },
    };
  }
  const ort: OrtNamespace = { InferenceSession: { create }, Tensor: StubTensor };
  return { ort, log, created };
}

interface StubOptions {
  readonly ports?: readonly OrtPort[];
  readonly fails?: { readonly create?: Error; readonly run?: Error };
}

function port(name: string, type = 'float32'): OrtPort {
  return { name, isTensor: true, type, shape: ['n'] };
}

const common = { name: 'stub', executionProviders: ['cpu'] };
const model = { path: 'model.onnx' };
const x = () => hostTensor('float32', Float32Array.of(1, 2), [2]);

describe('ortBackend', () => {
  it('passes providers, options and external data on', async () => {
    const { ort, created } = stubRuntime();
    const backend = ortBackend({ ort, ...common, sessionOptions: { intraOpNumThreads: 3 } });
    await backend.load(model);
    expect(created).toEqual([{ executionProviders: ['cpu'], intraOpNumThreads: 3, logSeverityLevel: 4 }]);
  });

  it('rearranges weights or not as a load asks, whatever the backend does by itself', async () => {
    const { ort, created } = stubRuntime();
    const extra = { session: { disable_prepacking: '1', other: 'x' } };
    const backend = ortBackend({ ort, ...common, sessionOptions: { extra } });
    for (const prepack of [undefined, true, false]) await backend.load(model, { prepack });
    await ortBackend({ ort, ...common }).load(model, { prepack: true });
    const settings = ['1', '0', '1'].map((disable_prepacking) => ({ disable_prepacking, other: 'x' }));
    expect(created.map((options) => options.extra?.session)).toEqual([
      ...settings,
      { disable_prepacking: '0' },
    ]);
  });

  it('releases a session whose ports it cannot serve', async () => {
    const { ort, log } = stubRuntime({ ports: [port('x', 'float64')] });
    await expect(ortBackend({ ort, ...common }).load(model)).rejects.toMatchObject({ code: 'dtype-unknown' });
    expect(log).toEqual(['open 1', 'release 1']);
  });

  it('releases a session that arrives after the abort', async () => {
    const { ort, log } = stubRuntime();
    const controller = new AbortController();
    const load = ortBackend({ ort, ...common }).load(model, { signal: controller.signal });
    await Promise.resolve();
    controller.abort('enough');
    await expect(load).rejects.toBe('enough');
    await expect.poll(() => log).toEqual(['open 1', 'release 1']);
  });

  it.each([
    ["Load model from a failed. File doesn't exist", 'file-missing'],
    ['Fatal error: com.microsoft:Odd(-1) is not a registered function/op', 'unsupported-operator'],
    ['Protobuf parsing failed.', 'model-unreadable'],
    ["Can't create a session. failed to allocate a buffer of size 5000000000.", 'out-of-memory'],
  ])('calls "%s" %s', async (message, code) => {
    const { ort } = stubRuntime({ fails: { create: new Error(message) } });
    const load = ortBackend({ ort, ...common }).load(model);
    await expect(load).rejects.toMatchObject({ code, facts: { reason: message } });
  });

  it('says run-failed when the runtime fails in a run', async () => {
    const { ort } = stubRuntime({ fails: { run: new Error('no kernel took it') } });
    const graph = await ortBackend({ ort, ...common }).load(model);
    await expect(graph.run({ x: x() })).rejects.toMatchObject({ code: 'run-failed' });
  });

  it('says out-of-memory when there is none', async () => {
    const { ort } = stubRuntime({
      fails: { run: new Error('ERROR_CODE: 6, ERROR_MESSAGE: std::bad_alloc') },
    });
    const graph = await ortBackend({ ort, ...common }).load(model);
    await expect(graph.run({ x: x() })).rejects.toMatchObject({ code: 'out-of-memory' });
  });

  it('hands float16 over as bits, in whatever class the runtime has put them', async () => {
    const { ort } = stubRuntime({ ports: [port('x', 'float16')] });
    let seen: unknown;
    const { create } = ort.InferenceSession;
    const InferenceSession = {
      async create(source: string | Uint8Array, options?: OrtSessionOptions) {
        const session = await (typeof source === 'string'
          ? create(source, options)
          : create(source, options));
        const run: OrtSession['run'] = async (feeds, fetches) => {
          seen = feeds.x && 'cpuData' in feeds.x ? feeds.x.cpuData : undefined;
          return session.run(feeds, fetches);
        };
        return { ...session, run };
      },
    };
    const graph = await ortBackend({ ort: { ...ort, InferenceSession }, ...common }).load(model);
    const bits = Uint16Array.of(0x3c00);
    const { y } = await graph.run({ x: hostTensor('float16', bits, [1]) });
    expect(seen).toBe('Float16Array' in globalThis ? bits : 'not the bits');
    expect(y?.data).toEqual(bits);
  });
});

describe('device tensors', () => {
  const device = { ...common, deviceLocation: 'gpu-buffer' } as const;

  it('reopen the model when other outputs are to stay, and hold their session until they go', async () => {
    const { ort, log } = stubRuntime();
    const graph = await ortBackend({ ort, ...device }).load(model);
    const { y } = await graph.run({ x: x() }, { stayOnDevice: ['y'] });
    expect(y?.location).toBe('gpu-buffer');
    await graph.run({ x: y! });
    expect(log).toEqual(['open 1', 'release 1', 'open 2', 'run 2', 'open 3', 'run 3']);
    y?.dispose();
    y?.dispose();
    await expect.poll(() => log.slice(6)).toEqual(['dispose tensor', 'release 2']);
    await graph.dispose();
    expect(log.at(-1)).toBe('release 3');
  });

  it('are read only where the runtime can', async () => {
    const { ort } = stubRuntime();
    const readable = await ortBackend({ ort, ...device }).load(model);
    const { y } = await readable.run({ x: x() }, { stayOnDevice: ['y'] });
    expect(await y?.getData()).toEqual(Float32Array.of(1, 2));
    const unreadable = await ortBackend({ ort, ...device, readsDevice: false }).load(model);
    const outputs = await unreadable.run({ x: x() }, { stayOnDevice: ['y'] });
    await expect(outputs.y?.getData()).rejects.toMatchObject({ code: 'invalid-option' });
  });

  it('of another backend are refused', async () => {
    const graph = await ortBackend({ ort: stubRuntime().ort, ...device }).load(model);
    const foreign = { ...x(), location: 'gpu-buffer' };
    await expect(graph.run({ x: foreign })).rejects.toMatchObject({ code: 'invalid-option' });
  });
});
