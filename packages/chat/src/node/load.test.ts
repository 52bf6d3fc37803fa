import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRange } from '@internvl/backend/node';
import { referenceBackend } from '@internvl/backend/reference';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { finishedAnswer } from '../finished-answer.js';
import { readFloat32File } from '../testing/float32-file.js';
import { fixtures } from '../testing/golden-record.js';
import { load } from './load.js';

const folder = `${fixtures}v2-1b`;
const images = `${fixtures}images`;

let cache: string;

beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'internvl-load-'));
});

afterAll(() => rm(cache, { recursive: true, force: true }));

const question = [
  {
    role: 'user',
    parts: [
      { type: 'image', image: `${images}/panda.png` },
      { type: 'text', text: 'What animal is this?' },
    ],
  },
] as const;

const short = { maxNewTokens: 6, maxTiles: 2 };

describe('in a worker', () => {
  test('answers as without one, and this thread goes on meanwhile', async () => {
    const here = await load(folder, { backend: 'cpu', cache, worker: false });
    const there = await load(folder, { backend: 'cpu', cache });
    let turns = 0;
    let counting = true;
    const count = () => {
      turns++;
      if (counting) setImmediate(count);
    };
    count();
    const answer = await finishedAnswer(there.answer(question, short));
    counting = false;
    const expected = await finishedAnswer(here.answer(question, short));
    expect({ ...answer, timings: undefined }).toEqual({ ...expected, timings: undefined });
    expect(turns).toBeGreaterThan(10);
    expect(there.facts).toMatchObject({
      backend: 'ort-node:cpu',
      precision: 'fp32',
      config: here.facts.config,
    });
    await Promise.all([here.dispose(), there.dispose()]);
  });

  test('features and traces come over', async () => {
    const chat = await load(folder, { backend: 'cpu', cache });
    const { tensors } = await chat.trace(question, short);
    expect(tensors.logits!.dims[0]).toBe(6);
    const [, width] = [0, chat.facts.config.vision.width];
    for await (const tile of chat.features(`${images}/panda.png`, { maxTiles: 1 })) {
      expect(tile.classEmbedding.dims).toEqual([width]);
      expect(tile.visualTokens!.dims[0]).toBe(chat.facts.config.tokensPerTile);
    }
    await chat.dispose();
  });

  test('errors keep their code', async () => {
    await expect(load('/nowhere/at-all', { cache })).rejects.toMatchObject({ code: 'model-not-found' });
    await expect(load(folder, { cache, backend: 'abacus' })).rejects.toMatchObject({
      code: 'invalid-option',
    });
    await expect(load(folder, { cache, precision: 'q3' })).rejects.toMatchObject({ code: 'invalid-option' });
    const chat = await load(folder, { backend: 'cpu', cache });
    const missing = [{ role: 'user', parts: [{ type: 'image', image: '/nowhere.png' }] }] as const;
    await expect(finishedAnswer(chat.answer(missing))).rejects.toMatchObject({ code: 'file-missing' });
    await chat.dispose();
  });

  test('loading can be aborted at any step', async () => {
    const reason = new Error('no more');
    await expect(load(folder, { cache, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    for (const status of ['hashing', 'converting', 'loading']) {
      const fresh = await mkdtemp(join(cache, 'aborted-'));
      const controller = new AbortController();
      const loading = load(folder, {
        backend: 'cpu',
        cache: fresh,
        signal: controller.signal,
        onProgress: (progress) => {
          if (progress.status === status) controller.abort(reason);
        },
      });
      await expect(loading).rejects.toBe(reason);
      const chat = await load(folder, { backend: 'cpu', cache: fresh });
      await chat.dispose();
    }
  });

  test('a backend of one’s own needs this thread', async () => {
    const backend = referenceBackend({ readRange });
    await expect(load(folder, { cache, backend, worker: true })).rejects.toMatchObject({
      code: 'invalid-option',
    });
    const chat = await load(folder, { cache, backend });
    expect(chat.facts.backend).toBe('reference');
    await chat.dispose();
  });
});

test('progress tells what is done', async () => {
  const fresh = await mkdtemp(join(cache, 'progress-'));
  const seen = new Set<string>();
  const note = ({ status }: { status: string }) => void seen.add(status);
  await (await load(folder, { backend: 'cpu', cache: fresh, onProgress: note })).dispose();
  expect([...seen]).toEqual(expect.arrayContaining(['converting', 'loading']));
  seen.clear();
  await (await load(folder, { backend: 'cpu', cache: fresh, onProgress: note })).dispose();
  expect(seen).not.toContain('converting');
});

test.each([
  ['fp16', 'fp16'],
  ['int8', 'int8'],
  ['q4', 'q8+q4'],
  ['fp32+int8', 'fp32+int8'],
])('fewer bytes answer too: %s', async (precision, stored) => {
  const chat = await load(folder, { backend: 'cpu', cache, precision, worker: false });
  const answer = await finishedAnswer(chat.answer(question, short));
  expect(answer).toMatchObject({ precision: stored, usage: { outputTokens: 6 } });
  await chat.dispose();
});

test('what decoding did is told', async () => {
  const chat = await load(folder, { backend: 'cpu', cache, worker: false });
  const turns = [{ role: 'user', parts: [{ type: 'image', image: `${images}/alpha.png` }] }] as const;
  const { value } = await chat.answer(turns).next();
  expect(value).toMatchObject({ type: 'image-tiled', notices: [{ code: 'alpha-dropped' }] });
  await chat.dispose();
});

test('a vision tower alone gives the reference’s class embedding', async () => {
  const golden = `${fixtures}vit-300m`;
  const chat = await load(golden, { backend: 'cpu', cache, worker: false });
  const recorded = await readFloat32File(`${golden}/golden/own-size.safetensors`);
  const expected = recorded.get('class_row')!.data;
  for await (const tile of chat.features(`${images}/panda.png`)) {
    expect(tile.total).toBe(1);
    expect(tile.visualTokens).toBeUndefined();
    const errors = tile.classEmbedding.data.map((value, index) => Math.abs(value - expected[index]!));
    expect(Math.max(...errors)).toBeLessThan(1e-4);
  }
  await expect(finishedAnswer(chat.answer(question))).rejects.toMatchObject({
    code: 'architecture-unsupported',
  });
  await chat.dispose();
});
