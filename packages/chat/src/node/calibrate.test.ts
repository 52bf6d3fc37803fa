import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Safetensors, safetensorsPieces, type WritableTensor } from '@internvl/checkpoint';
import { convertCached, fileSource, openFolder } from '@internvl/checkpoint/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixtures } from '../testing/golden-record.js';
import { calibrate } from './calibrate.js';
import { load } from './load.js';

let folder = '';
const images = [join(fixtures, '..', 'images', 'panda.png')];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'internvl-calibrate-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The same model, but one channel between up and down of a layer is 4096 times as large: an outlier, undone by `down_proj`. */
async function withOutlier(): Promise<string> {
  const target = join(folder, 'outlier');
  await cp(join(fixtures, 'v2-1b'), target, { recursive: true });
  const file = join(target, 'model.safetensors');
  const source = await Safetensors.open([await fileSource(file, 'model.safetensors')]);
  const at = 'language_model.model.layers.1.mlp.';
  const tensors: Record<string, WritableTensor> = {};
  for (const name of source.names()) {
    const { shape } = source.info(name);
    const data = await source.read(name);
    const [rows = 1, columns = 1] = shape;
    if (name === `${at}up_proj.weight`) for (let i = 0; i < columns; i++) data[5 * columns + i]! *= 4096;
    if (name === `${at}down_proj.weight`) for (let i = 0; i < rows; i++) data[i * columns + 5]! /= 4096;
    tensors[name] = { dims: shape, data };
  }
  await source.close();
  await writeFile(file, Buffer.concat([...safetensorsPieces(tensors)]));
  return target;
}

async function logits(model: string, cache: string): Promise<Float32Array> {
  const chat = await load(model, { backend: 'cpu', cache, worker: false });
  const parts = [
    { type: 'image', image: images[0]! } as const,
    { type: 'text', text: 'What is this?' } as const,
  ];
  const { tensors } = await chat.trace([{ role: 'user', parts }], { maxNewTokens: 1 });
  await chat.dispose();
  return Float32Array.from((await tensors.logits!.getData()) as Float32Array);
}

test('the layer that an outlier spoils is found, and keeping it mends the answer', {
  timeout: 120_000,
}, async () => {
  const model = await withOutlier();
  const cache = join(folder, 'cache');
  const { layers, keep } = await calibrate(model, { precision: 'int8', images, cache });
  expect(keep).toEqual({ vision: [], llm: ['layers.1.mlp.down_proj'] });
  const worst = layers.toSorted((a, b) => b.error - a.error)[0]!;
  expect(worst).toMatchObject({ part: 'llm', layer: 'layers.1.mlp.down_proj', keep: true });
  expect(worst.error).toBeGreaterThan(0.1);
  expect(layers.filter((each) => !each.keep).every(({ cosine }) => cosine > 0.999)).toBe(true);
  expect(layers.some(({ part }) => part === 'vision')).toBe(true);

  const checkpoint = await openFolder(model, { cache });
  const converted = async (options: object) =>
    (await convertCached(checkpoint, { cacheDirectory: cache, ...options })).directory;
  const exact = await logits(await converted({}), cache);
  const off = async (options: object) => {
    const found = await logits(await converted({ precision: 'int8', ...options }), cache);
    return found.reduce((most, value, at) => Math.max(most, Math.abs(value - exact[at]!)), 0);
  };
  expect(await off({ keep })).toBeLessThan((await off({})) / 2);
  await checkpoint.close();
  const left = (await readdir(folder, { recursive: true })).filter((name) => name.includes('scratch'));
  expect(left).toEqual([]);
});

test('a model without outliers keeps nothing', { timeout: 120_000 }, async () => {
  const cache = join(folder, 'cache');
  const { keep, precision } = await calibrate(join(fixtures, 'v2-40b'), { precision: 'q4', images, cache });
  expect(precision).toEqual({ vision: 'q8', llm: 'q4' });
  expect(keep).toBeUndefined();
});

test('no image is an error', async () => {
  await expect(calibrate(join(fixtures, 'v2-40b'), { precision: 'q4', images: [] })).rejects.toMatchObject({
    code: 'invalid-option',
  });
});
