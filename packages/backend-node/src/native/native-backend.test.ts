import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { type Backend, type Graph, hostTensor } from '@internvl/backend';
import { ortBackend } from '@internvl/backend/ort';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { nodeBackend } from '../node-backend.js';
import { chain } from '../testing/chain.js';
import { countedApi } from '../testing/counted-api.js';
import { openApi } from './c-api.js';
import { libraryPath } from './library-path.js';
import { loadKoffi } from './load-koffi.js';
import { nativeBackend } from './native-backend.js';
import { namespaceOf } from './native-runtime.js';
import { OrtRuntime } from './ort-runtime.js';

const width = 256;
const rows = (count: number) => ({
  x: hostTensor('float32', new Float32Array(count * width).fill(1), [count, width]),
});
/** Runs that take a while: 300 products of 512 rows. */
const long = chain({ width, links: 300 });
const short = chain({ width, links: 2 });

let folder: string | undefined;
const graphs: Graph[] = [];

async function opened(backend: Backend, model: Uint8Array): Promise<Graph> {
  const graph = await backend.load({ bytes: model });
  graphs.push(graph);
  return graph;
}

afterEach(async () => {
  for (const graph of graphs.splice(0)) await graph.dispose();
  if (folder) await rm(folder, { recursive: true });
  folder = undefined;
});

describe('nativeBackend', () => {
  it('says what it is and can', async () => {
    const { name, capabilities } = await nativeBackend({ threads: 1 });
    expect(name).toBe('ort-native:cpu');
    expect(capabilities).toMatchObject({ writesInto: true, deviceTensors: false });
  });

  it('tells who has no koffi what to do', async () => {
    const none = () => Promise.reject(new Error("Cannot find package 'koffi'"));
    await expect(loadKoffi(none)).rejects.toMatchObject({
      code: 'device-missing',
      message: expect.stringMatching(/Cannot find package 'koffi'; run `npm install koffi`, or use/),
    });
  });

  it.each([0, 1.5, Number.NaN])('refuses %d threads', async (threads) => {
    await expect(nativeBackend({ threads })).rejects.toMatchObject({ code: 'invalid-option' });
  });

  it('has the ports that the binding has, and its numbers', async () => {
    const [native, binding] = [
      await opened(await nativeBackend(), short),
      await opened(await nodeBackend({ device: 'cpu' }), short),
    ];
    expect([native.inputs, native.outputs]).toEqual([binding.inputs, binding.outputs]);
    const [a, b] = [await native.run(rows(3)), await binding.run(rows(3))];
    expect(a.y!.dims).toEqual(b.y!.dims);
    expect(a.y!.data).toEqual(b.y!.data);
  });

  it('takes a path with letters of any script, and weights beside it', async () => {
    folder = await mkdtemp(join(tmpdir(), 'ネイティブ-é-'));
    const { model, weights } = chain.stored({ width, links: 2 }, 'weights.data');
    const path = join(folder, 'modèle.onnx');
    await writeFile(path, model);
    const backend = await nativeBackend();
    await expect(backend.load({ path })).rejects.toMatchObject({ code: 'file-missing' });
    await writeFile(join(folder, 'weights.data'), weights);
    const graph = await backend.load({ path });
    graphs.push(graph);
    const inMemory = await backend.load({ bytes: model, externalData: { 'weights.data': weights } });
    graphs.push(inMemory);
    expect((await graph.run(rows(2))).y!.data).toEqual((await inMemory.run(rows(2))).y!.data);
  });
});

describe('a run', () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await nativeBackend({ threads: 1 });
  });

  it('leaves the event loop alone', async () => {
    const graph = await opened(backend, long);
    let done = false;
    const run = graph.run(rows(512)).finally(() => {
      done = true;
    });
    let turns = 0;
    for (; !done; turns++) await turn();
    await run;
    // The binding lets it turn once or twice.
    expect(turns).toBeGreaterThan(20);
  });

  it('keeps what it reads, whoever lets go of it', async () => {
    const graph = await opened(backend, long);
    const run = graph.run(rows(64));
    for (let round = 0; round < 50; round++) {
      new Float32Array(1 << 20).fill(round);
      await turn();
    }
    expect((await run).y!.data).toEqual((await graph.run(rows(64))).y!.data);
  });
});

describe('what the library was asked for', async () => {
  const { api, counts, said } = countedApi(openApi(await loadKoffi(), libraryPath()));
  const backend = ortBackend({
    ort: namespaceOf(new OrtRuntime(api)),
    name: 'counted',
    executionProviders: ['cpu'],
    writesInto: true,
    endsRuns: true,
    sessionOptions: { intraOpNumThreads: 1 },
  });

  it('an abort ends a run in the middle, and the next one is not touched', async () => {
    const graph = await opened(backend, long);
    for (const turns of [0, 1, 5]) {
      const [controller, reason] = [new AbortController(), new Error('enough')];
      const run = graph.run(rows(512), { signal: controller.signal });
      const next = graph.run(rows(1));
      const refused = expect(run).rejects.toBe(reason);
      for (let left = turns; left > 0; left--) await turn();
      said.length = 0;
      controller.abort(reason);
      await refused;
      await next;
      // Aborted before it began, or ended by the library, which says so; it never came to its end.
      expect(said.join()).toMatch(turns === 0 ? /^$|terminate flag/ : /terminate flag/);
    }
  });

  it('is all given back: values, options, sessions, names', async () => {
    const graph = await backend.load({ bytes: short });
    const into = { y: hostTensor('float32', new Float32Array(4 * width), [4, width]) };
    for (let round = 0; round < 20; round++) {
      await graph.run(rows(round % 3));
      await graph.run(rows(4), { into });
      const other = { y: hostTensor('float32', new Float32Array(width), [1, width]) };
      await expect(graph.run(rows(4), { into: other })).rejects.toMatchObject({ code: 'shape-mismatch' });
    }
    await graph.dispose();
    await expect(backend.load({ bytes: Uint8Array.of(1, 2, 3) })).rejects.toMatchObject({
      code: 'model-unreadable',
    });
    for (const [kind, { made, released }] of Object.entries(counts())) {
      expect(released, kind).toBe(made);
      expect(made, kind).toBeGreaterThan(0);
    }
  });

  it('does not grow over many runs and loads', async () => {
    const graph = await backend.load({ bytes: short });
    const work = async (rounds: number) => {
      for (let round = 0; round < rounds; round++) await graph.run(rows(1024));
      for (let round = 0; round < rounds / 20; round++) await (await backend.load({ bytes: long })).dispose();
      return process.memoryUsage().rss;
    };
    const before = await work(40);
    const after = await work(200);
    await graph.dispose();
    // 200 outputs of a megabyte, and ten times weights of 79 megabytes.
    expect(after - before).toBeLessThan(150 << 20);
  });
});
