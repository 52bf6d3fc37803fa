import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { remoteBackend } from '@internvl/backend/remote';
import { nodeBackend } from '@internvl/backend-node';
import { expect, onTestFinished, test } from 'vitest';
import { serveInference } from '../../../backend-node/src/testing/inference/serve-inference.js';
import { parseTextProto } from '../../../backend-node/src/testing/inference/text-proto.js';
import { convertCached } from '../convert/convert.js';
import { type ConvertedModel, openConverted } from '../convert/converted-model.js';
import { openFolder } from '../source/open-folder.js';
import { fixtures } from '../testing/checkpoints.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { configText } from './config-text.js';
import { writeTritonRepository } from './write-repository.js';

async function converted(name = 'v2-1b'): Promise<ConvertedModel> {
  const cache = await temporaryFolder();
  const checkpoint = await openFolder(join(fixtures, name), { cache });
  onTestFinished(() => checkpoint.close());
  return convertCached(checkpoint, { cacheDirectory: cache });
}

test('a folder for each graph, version 1, weights beside it and once on the disk', async () => {
  const model = await converted();
  const directory = join(await temporaryFolder(), 'repository');
  await mkdir(directory);
  const models = await writeTritonRepository(model, { directory });
  expect(models.map(({ name }) => name)).toEqual(['vision', 'embed', 'decoder']);
  expect((await readdir(directory)).sort()).toEqual(['decoder', 'embed', 'vision']);
  const weights = models.map(({ name }) => join(directory, name, '1', model.manifest.data));
  for (const { name, files } of models) {
    expect(files.map(({ path }) => path)).toEqual(
      ['config.pbtxt', '1/model.onnx', `1/${model.manifest.data}`].map((file) => `${name}/${file}`),
    );
  }
  const places = await Promise.all(weights.map((path) => stat(path)));
  expect(new Set(places.map(({ ino }) => ino)).size).toBe(1);
  // What was converted stays what it was.
  await openConverted(model.directory);
});

test('configurations say what the graphs have, −1 for sizes with a name', async () => {
  const model = await converted();
  const directory = join(await temporaryFolder(), 'repository');
  await writeTritonRepository(model, { directory, prefix: 'a.b_c-' });
  const config = parseTextProto(await readFile(join(directory, 'a.b_c-vision', 'config.pbtxt'), 'utf8'));
  const { tileSize, tokensPerTile, llm, vision } = model.config;
  const { width } = vision;
  const patches = (tileSize / vision.patchSize) ** 2;
  expect(config).toMatchObject({
    name: ['a.b_c-vision'],
    backend: ['onnxruntime'],
    max_batch_size: [0],
    input: [{ name: ['pixel_values'], data_type: ['TYPE_FP32'], dims: [-1, 3, tileSize, tileSize] }],
    output: [
      { name: ['last_hidden_state'], dims: [-1, 1 + patches, width] },
      { name: ['visual_tokens'], dims: [-1, tokensPerTile, llm?.hidden] },
    ],
    parameters: [{ key: ['internvl.dims'] }],
  });
  const text = await readFile(join(directory, 'a.b_c-decoder', 'config.pbtxt'), 'utf8');
  expect(text).toMatch(/^max_batch_size: 0$/m);
  expect(text).toContain('{ name: "total_sequence_length" data_type: TYPE_INT32 dims: [ 1 ] }');
});

test('every layer of quotation is read back', () => {
  const text = JSON.stringify({ 'a"b\\c\nd': ["'", '}', '#'] });
  const config = {
    name: 'm',
    backend: 'onnxruntime',
    max_batch_size: 0,
    input: [],
    output: [],
    parameters: { key: { string_value: text } },
  } as const;
  expect(parseTextProto(configText(config)).parameters).toEqual([
    { key: ['key'], value: [{ string_value: [text] }] },
  ]);
});

test('a server of such a folder serves the graphs with their own ports', async () => {
  const model = await converted('chat-v1-5');
  const repository = join(await temporaryFolder(), 'repository');
  await writeTritonRepository(model, { directory: repository });
  const local = await nodeBackend({ device: 'cpu', threads: 1 });
  const service = await serveInference({ backend: local, repository });
  onTestFinished(() => service.close());
  const remote = await remoteBackend({ url: service.url });
  for (const path of [await model.vision(), model.embed!, model.decoder!]) {
    const [near, far] = [await local.load({ path }), await remote.load({ path })];
    expect([far.inputs, far.outputs]).toEqual([near.inputs, near.outputs]);
    await Promise.all([near.dispose(), far.dispose()]);
  }
  expect(service.models()).toEqual(['vision', 'embed', 'decoder']);
  await expect(remote.load({ path: 'vision-448x224.onnx' })).rejects.toMatchObject({
    code: 'model-not-found',
  });
});

test('a vision tower alone is one model', async () => {
  const directory = join(await temporaryFolder(), 'repository');
  const models = await writeTritonRepository(await converted('vit-300m'), { directory });
  expect(models.map(({ name }) => name)).toEqual(['vision']);
});

test('a folder that holds something, a prefix that is none, an abort leave nothing behind', async () => {
  const model = await converted();
  const folder = await temporaryFolder();
  const directory = join(folder, 'repository');
  await mkdir(directory);
  await writeFile(join(directory, 'thesis.txt'), 'mine');
  const code = { code: 'invalid-option' };
  await expect(writeTritonRepository(model, { directory })).rejects.toMatchObject(code);
  await expect(
    writeTritonRepository(model, { directory: join(folder, 'a'), prefix: '../' }),
  ).rejects.toMatchObject(code);
  const signal = AbortSignal.abort('enough');
  await expect(writeTritonRepository(model, { directory: join(folder, 'b'), signal })).rejects.toBe('enough');
  expect(await readdir(folder)).toEqual(['repository']);
  expect(await readdir(directory)).toEqual(['thesis.txt']);
});
