import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DeviceFacts, RuntimeChoice } from '@internvl/backend-web';
import { chooseRuntime } from '@internvl/backend-web';
import { parsePrecision } from '@internvl/checkpoint';
import { convert, openCheckpoint } from '@internvl/checkpoint/node';
import type { ModelStore, StoreConvertOptions } from '@internvl/checkpoint/web';
import { expect, test } from 'vitest';
import { folderStore } from '../testing/folder-store.js';
import { findModel } from './find-model.js';
import { inspectCheckpoint } from './inspect-checkpoint.js';
import type { WebRuntime } from './web-runtime.js';

const nano = fileURLToPath(new URL('../../../../models/nano', import.meta.url));
const checkpoint = { baseUrl: 'http://page.test/nano' };

/** Hands out the nano checkpoint, by ranges too. */
const served: typeof fetch = async (input, init) => {
  const { pathname } = new URL(String(input));
  const found = await readFile(`${nano}${pathname.replace('/nano', '')}`).catch(() => undefined);
  if (!found) return new Response(null, { status: 404 });
  const bytes = new Uint8Array(found);
  const range = /^bytes=(\d+)-(\d*)$/.exec(new Headers(init?.headers).get('range') ?? '');
  if (!range) return new Response(bytes, { headers: { 'content-length': String(bytes.length) } });
  const first = Number(range[1]);
  const end = range[2] ? Math.min(Number(range[2]) + 1, bytes.length) : bytes.length;
  return new Response(bytes.slice(first, end), {
    status: 206,
    headers: {
      'content-range': `bytes ${first}-${end - 1}/${bytes.length}`,
      'content-length': String(end - first),
    },
  });
};

const page: DeviceFacts = { crossOriginIsolated: true, threads: 2 };
const gpu: DeviceFacts = {
  ...page,
  webgpu: {
    vendor: 'some',
    architecture: '',
    description: '',
    fallbackAdapter: false,
    shaderF16: true,
    limits: { maxBufferSize: 2 ** 20, maxStorageBufferBindingSize: 2 ** 20 },
  },
};

function runtimeOn(facts: DeviceFacts, choose: WebRuntime['choose'] = chooseRuntime): WebRuntime {
  return {
    backend: () => Promise.reject(new Error('nothing runs here')),
    probe: async () => facts,
    choose,
    fetching: { fetch: served },
  };
}

/** A store that notes how it is asked to convert, and holds nothing. */
function noting() {
  const asked: StoreConvertOptions[] = [];
  const refused = new Error('noted');
  const store: ModelStore = {
    ...folderStore([]),
    convert: async (_, options = {}) => {
      asked.push(options);
      throw refused;
    },
  };
  return { store, asked, refused };
}

async function conversionOf(
  facts: DeviceFacts,
  model: { precision?: string },
  devices?: readonly ('webgpu' | 'wasm')[],
) {
  const { store, asked, refused } = noting();
  const finding = findModel({ checkpoint, ...model }, runtimeOn(facts), store, { devices });
  await expect(finding).rejects.toBe(refused);
  const { precision, maxTensorBytes } = asked[0]!;
  return { precision, maxTensorBytes };
}

test('the precision suits the device, and what its GPU binds', async () => {
  expect(await conversionOf(page, {})).toEqual({ precision: { vision: 'int8', llm: 'int8' } });
  expect(await conversionOf(gpu, {})).toEqual({ precision: { vision: 'q8', llm: 'q4' } });
  expect(await conversionOf(gpu, {}, ['wasm'])).toEqual({ precision: { vision: 'int8', llm: 'int8' } });
  expect(await conversionOf(gpu, { precision: 'fp32' })).toEqual({
    precision: { vision: 'fp32', llm: 'fp32' },
    maxTensorBytes: 2 ** 20,
  });
  // Asked for by name, whatever suits.
  expect(await conversionOf(page, { precision: 'q8+q4' }, ['wasm'])).toEqual({
    precision: { vision: 'q8', llm: 'q4' },
  });
});

test('only what this device can run is offered, with what runs it', async () => {
  const offered = async (facts: DeviceFacts) => {
    const { precisions } = await inspectCheckpoint(checkpoint, runtimeOn(facts), {});
    return precisions.map(({ precision, backends, fits }) => `${precision} ${backends.join()} ${fits}`);
  };
  expect(await offered(page)).toEqual(['int8 wasm true', 'fp32 wasm true']);
  expect(await offered(gpu)).toEqual([
    'q4 webgpu true',
    'int8 wasm true',
    'fp16 webgpu true',
    'fp32 webgpu,wasm true',
  ]);
  const software = { ...gpu, webgpu: { ...gpu.webgpu!, fallbackAdapter: true } };
  expect(await offered(software)).toEqual(['int8 wasm true', 'fp32 wasm,webgpu true']);
});

test('what nothing here runs is refused before anything is fetched, though it was asked for by name', async () => {
  const { store, asked } = noting();
  await expect(findModel({ checkpoint, precision: 'q4' }, runtimeOn(page), store, {})).rejects.toMatchObject({
    code: 'nothing-fits',
    facts: { reasons: [{ code: 'no-webgpu' }, { code: 'nothing-fits' }] },
  });
  expect(asked).toEqual([]);
});

test('a stored model is tried on what runs its precision, the best first', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'internvl-stored-'));
  const opened = await openCheckpoint(nano);
  await convert(opened, { directory: join(folder, 'nano') });
  await opened.close();
  const kept = folderStore([join(folder, 'nano')]);
  const devices = async (facts: DeviceFacts, precision: string) => {
    const open: ModelStore['open'] = async (id) => {
      const stored = await kept.open(id);
      return { ...stored, manifest: { ...stored.manifest, precision: parsePrecision(precision) } };
    };
    const model = { stored: join(folder, 'nano') };
    return (await findModel(model, runtimeOn(facts), { ...kept, open }, {})).devices;
  };
  expect(await devices(gpu, 'q4')).toEqual(['webgpu']);
  expect(await devices(page, 'q4')).toEqual(['webgpu']);
  expect(await devices(gpu, 'int8')).toEqual(['wasm']);
  expect(await devices(gpu, 'fp32')).toEqual(['webgpu', 'wasm']);
  expect(await devices(page, 'fp32')).toEqual(['wasm']);
  await rm(folder, { recursive: true });
});

test('what fits nowhere is refused with the reasons, unless it is asked for by name', async () => {
  const { store, refused } = noting();
  const choose: WebRuntime['choose'] = (facts, sizes, options): RuntimeChoice => ({
    ...chooseRuntime(facts, sizes, options),
    fits: false,
    words: ['It takes 90 GB.'],
  });
  const runtime = runtimeOn(page, choose);
  await expect(findModel({ checkpoint }, runtime, store, {})).rejects.toMatchObject({
    code: 'nothing-fits',
    message: 'Expected a model that this device can hold, nano is not: It takes 90 GB.',
  });
  await expect(findModel({ checkpoint, precision: 'int8' }, runtime, store, {})).rejects.toBe(refused);
  expect(await inspectCheckpoint(checkpoint, runtime, {})).toMatchObject({
    name: 'nano',
    checkpointBytes: 6_710_400,
    choice: { fits: false },
  });
});
