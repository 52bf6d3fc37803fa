import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InternVLError } from '@internvl/backend';
import { decodeModel } from '@internvl/backend/onnx';
import { expect, onTestFinished, test } from 'vitest';
import type { Progress } from '../progress.js';
import type { Checkpoint } from '../source/checkpoint.js';
import { openFolder } from '../source/open-folder.js';
import { fixtures } from '../testing/checkpoints.js';
import { copyOfFixture, temporaryFolder } from '../testing/temporary-folder.js';
import { convert, convertCached } from './convert.js';
import { openConverted } from './converted-model.js';
import { type ConversionFileSystem, nodeFileSystem } from './file-system.js';
import { manifestName } from './manifest.js';

async function opened(name = 'v2-1b'): Promise<Checkpoint> {
  const checkpoint = await openFolder(join(fixtures, name), { cache: await temporaryFolder() });
  onTestFinished(() => checkpoint.close());
  return checkpoint;
}

const statuses = () => {
  const seen: Progress[] = [];
  return { seen, onProgress: (progress: Progress) => void seen.push(progress) };
};

test('the folder is complete by itself and opens again', async () => {
  const checkpoint = await opened('chat-v1-5');
  const directory = join(await temporaryFolder(), 'deep', 'model');
  const { seen, onProgress } = statuses();
  const made = await convert(checkpoint, { directory, onProgress });
  const model = await openConverted(directory);
  expect(model.manifest).toEqual(made.manifest);
  expect(model.manifest).toMatchObject({
    format: 1,
    source: { digest: await checkpoint.digest() },
    precision: { vision: 'fp32', llm: 'fp32' },
    kvHeadSize: 16,
    data: 'weights.fp32.data',
  });
  expect(model.config).toEqual(checkpoint.config);
  expect(model.files.names).toEqual(checkpoint.files.names);
  for (const { path, bytes, sha256 } of model.manifest.files) {
    const content = await readFile(join(directory, path));
    expect(content.byteLength).toBe(bytes);
    expect(createHash('sha256').update(content).digest('hex')).toBe(sha256);
  }
  const listed = [...model.manifest.files.map(({ path }) => path), manifestName].sort();
  expect((await readdir(directory)).sort()).toEqual(listed);
  expect(await readdir(join(directory, '..'))).toEqual(['model']);

  const writing = seen.filter(({ status }) => status === 'converting');
  const data = model.manifest.files[0]!;
  expect(writing.at(-1)).toMatchObject({ file: data.path, loaded: data.bytes, total: data.bytes });
});

test('the same call again changes nothing, another checkpoint is refused', async () => {
  const directory = join(await temporaryFolder(), 'model');
  await mkdir(directory);
  await convert(await opened(), { directory });
  const { seen, onProgress } = statuses();
  await convert(await opened(), { directory, onProgress });
  expect(seen.filter(({ status }) => status !== 'hashing')).toEqual([]);

  const other = await opened('v2-40b');
  const same = await opened();
  for (const again of [
    () => convert(other, { directory }),
    () => convert(same, { directory, precision: 'fp16' }),
  ]) {
    await expect(again()).rejects.toMatchObject({ code: 'invalid-option', facts: { option: 'directory' } });
  }
});

test('a folder that holds other things is left alone', async () => {
  const directory = await temporaryFolder();
  await writeFile(join(directory, 'thesis.txt'), 'mine');
  await expect(convert(await opened(), { directory })).rejects.toMatchObject({ code: 'invalid-option' });
  expect(await readdir(directory)).toEqual(['thesis.txt']);
});

test('each part has its precision; data is half the size in float16', async () => {
  const folder = await temporaryFolder();
  const sizes: number[] = [];
  for (const precision of ['fp32', { llm: 'fp16' }, 'fp16'] as const) {
    const { manifest } = await convertCached(await opened(), { cacheDirectory: folder, precision });
    sizes.push(manifest.files[0]!.bytes);
    expect(manifest.data).toMatch(/^weights\.(fp32|fp32-fp16|fp16)\.data$/);
  }
  const [whole = 0, mixed = 0, half = 0] = sizes;
  expect(whole > mixed && mixed > half).toBe(true);
  const wrong = { cacheDirectory: folder, precision: JSON.parse('"fp8"') };
  await expect(convertCached(await opened(), wrong)).rejects.toMatchObject({
    code: 'invalid-option',
    facts: { value: 'fp8' },
  });
});

test('a tied head and the embedding are the same bytes', async () => {
  const model = await convertCached(await opened('v3-5-tied'), { cacheDirectory: await temporaryFolder() });
  const [table, head] = await Promise.all(
    [model.embed, model.decoder].map(async (path) => {
      const { graph } = decodeModel(await readFile(path!));
      return graph.initializers.find(({ name }) => name.endsWith('embed_tokens.weight'));
    }),
  );
  expect(table).toMatchObject({ external: { location: 'weights.fp32.data' } });
  expect(head).toEqual(table);
});

test('an abort on the way leaves nothing, and the next run is clean', async () => {
  const folder = await temporaryFolder();
  const directory = join(folder, 'model');
  const controller = new AbortController();
  const reason = new Error('enough');
  const running = convert(await opened(), {
    directory,
    signal: controller.signal,
    onProgress: ({ status }) => status === 'converting' && controller.abort(reason),
  });
  await expect(running).rejects.toBe(reason);
  expect(await readdir(folder)).toEqual([]);
  await convert(await opened(), { directory });
  expect(await readdir(folder)).toEqual(['model']);
});

test('an abort before the start does nothing', async () => {
  const folder = await temporaryFolder();
  const reason = new Error('never mind');
  const signal = AbortSignal.abort(reason);
  await expect(convert(await opened(), { directory: join(folder, 'm'), signal })).rejects.toBe(reason);
  expect(await readdir(folder)).toEqual([]);
});

test('a disk that is too small is refused before the first byte', async () => {
  const folder = await temporaryFolder();
  const fileSystem: ConversionFileSystem = {
    freeBytes: async () => 1000,
    create: () => expect.fail('nothing is written'),
  };
  const error = await convert(await opened(), { directory: join(folder, 'model'), fileSystem }).catch(
    (caught: unknown) => caught,
  );
  expect(InternVLError.is(error, 'disk-full')).toBe(true);
  expect(error).toMatchObject({ facts: { free: 1000, needed: expect.any(Number) } });
  expect(await readdir(folder)).toEqual([]);
});

test('a disk that fills up on the way is the same error, and leaves nothing', async () => {
  const folder = await temporaryFolder();
  let free = 1e9;
  const fileSystem: ConversionFileSystem = {
    freeBytes: async () => free,
    async create(path) {
      const file = await nodeFileSystem.create(path);
      return {
        ...file,
        async write(bytes) {
          if (path.endsWith('.onnx')) {
            free = 12;
            throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
          }
          await file.write(bytes);
        },
      };
    },
  };
  const running = convert(await opened(), { directory: join(folder, 'model'), fileSystem });
  await expect(running).rejects.toMatchObject({ code: 'disk-full', facts: { free: 12 } });
  expect(await readdir(folder)).toEqual([]);
});

test('a missing shard of the checkpoint ends the conversion with its own error', async () => {
  const source = await copyOfFixture('v2-1b');
  const checkpoint = await openFolder(source, { cache: await temporaryFolder() });
  onTestFinished(() => checkpoint.close());
  await checkpoint.digest();
  await truncate(join(source, 'model.safetensors'), 300_000);
  const folder = await temporaryFolder();
  await expect(convert(checkpoint, { directory: join(folder, 'model') })).rejects.toMatchObject({
    code: 'shard-truncated',
  });
  expect(await readdir(folder)).toEqual([]);
});

test('the cache finds what it has, and makes again what is damaged', async () => {
  const cacheDirectory = await temporaryFolder();
  const first = await convertCached(await opened(), { cacheDirectory });
  const { seen, onProgress } = statuses();
  const second = await convertCached(await opened(), { cacheDirectory, onProgress });
  expect(second.directory).toBe(first.directory);
  expect(seen.some(({ status }) => status === 'converting')).toBe(false);

  await truncate(join(first.directory, 'weights.fp32.data'), 100);
  await expect(openConverted(first.directory)).rejects.toMatchObject({ code: 'size-mismatch' });
  const third = await convertCached(await opened(), { cacheDirectory });
  expect(third.manifest).toEqual(first.manifest);
  await rm(join(first.directory, 'decoder.onnx'));
  await expect(openConverted(first.directory)).rejects.toMatchObject({ code: 'file-missing' });
  await convertCached(await opened(), { cacheDirectory });
  expect(await readdir(join(first.directory, '..'))).toHaveLength(1);
});

test('manifests of other versions and other files are refused by name', async () => {
  const directory = join(await temporaryFolder(), 'model');
  const model = await convert(await opened('vit-6b'), { directory });
  const write = (value: unknown) => writeFile(join(directory, manifestName), JSON.stringify(value));
  await write({ ...model.manifest, format: 0 });
  await expect(openConverted(directory)).rejects.toMatchObject({
    code: 'manifest-unsupported',
    message: expect.stringContaining('an older one, 0; convert the checkpoint again'),
  });
  await write({ ...model.manifest, format: 2 });
  await expect(openConverted(directory)).rejects.toMatchObject({ code: 'manifest-unsupported' });
  for (const wrong of [{}, [], 'x', { format: 1 }, { ...model.manifest, files: [{}] }]) {
    await write(wrong);
    await expect(openConverted(directory)).rejects.toMatchObject({ code: 'model-unreadable' });
  }
  await rm(join(directory, manifestName));
  await expect(openConverted(directory)).rejects.toMatchObject({ code: 'model-not-found' });
});

test('another vision size is a small graph on the same weights', async () => {
  const cacheDirectory = await temporaryFolder();
  const model = await convertCached(await opened('vit-300m'), {
    cacheDirectory,
    imageSize: { width: 280, height: 168 },
  });
  expect(model.embed ?? model.decoder).toBeUndefined();
  expect(await model.vision({ width: 448, height: 448 })).toBe(await model.vision());
  const path = join(model.directory, 'vision-280x168.onnx');
  expect(await readdir(model.directory)).toContain('vision-280x168.onnx');
  const before = await readFile(path);
  expect(await model.vision({ width: 280, height: 168 })).toBe(path);
  expect(await readFile(path)).toEqual(before);

  for (const size of [
    { width: 281, height: 168 },
    { width: 0, height: 14 },
    { width: Number.NaN, height: 14 },
  ]) {
    await expect(model.vision(size)).rejects.toMatchObject({ code: 'invalid-option' });
  }
  const chat = await opened();
  await expect(
    convertCached(chat, { cacheDirectory, imageSize: { width: 42, height: 56 } }),
  ).rejects.toMatchObject({ code: 'invalid-option', facts: { side: 'width', step: 28 } });
});
