import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fixtures } from '../testing/checkpoints.js';
import { errorOf } from '../testing/error-of.js';
import { copyOfFixture, temporaryFolder } from '../testing/temporary-folder.js';
import { folderFiles } from './folder-files.js';
import { openFolder } from './open-folder.js';

test('small files can be read by name, weights are none of them', async () => {
  const checkpoint = await openFolder(join(fixtures, 'mini-2b'));
  expect(checkpoint.files.names).toEqual([
    'added_tokens.json',
    'config.json',
    'generation_config.json',
    'model.safetensors.index.json',
    'preprocessor_config.json',
    'special_tokens_map.json',
    'tokenizer.model',
    'tokenizer_config.json',
  ]);
  expect(await checkpoint.files.readJson('preprocessor_config.json')).toMatchObject({ size: 112 });
  expect(await checkpoint.files.readText('config.json')).toContain('InternLM2ForCausalLM');
  const all = await checkpoint.files.readAll();
  expect(Object.keys(all)).toEqual(checkpoint.files.names);
  expect((await errorOf(() => checkpoint.files.read('vocab.json'))).code).toBe('file-missing');
  expect((await errorOf(() => checkpoint.files.read('../config.json'))).code).toBe('file-missing');
  await checkpoint.close();
  await checkpoint.close();
});

test('a folder with tokenizer files alone has files', async () => {
  const path = await copyOfFixture('v2-1b');
  await rm(join(path, 'config.json'));
  expect((await folderFiles(path)).has('merges.txt')).toBe(true);
});

test('an aborted opening rejects with the reason', async () => {
  const reason = new Error('enough');
  const opening = openFolder(join(fixtures, 'v2-1b'), { signal: AbortSignal.abort(reason) });
  await expect(opening).rejects.toBe(reason);
});

describe('damage', () => {
  test('no such folder', async () => {
    const path = join(await temporaryFolder(), 'nothing');
    expect((await errorOf(() => openFolder(path))).code).toBe('model-not-found');
  });

  test('no config.json', async () => {
    const error = await errorOf(async () => openFolder(await temporaryFolder()));
    expect(error.code).toBe('file-missing');
    expect(error.facts.file).toBe('config.json');
  });

  test('config.json that is cut', async () => {
    const path = await copyOfFixture('v2-1b');
    await truncate(join(path, 'config.json'), 100);
    const error = await errorOf(() => openFolder(path));
    expect(error.code).toBe('config-invalid');
    expect(error.message).toContain('config.json');
  });

  test('no weights, or weights in another format', async () => {
    const path = await copyOfFixture('v2-1b');
    await rm(join(path, 'model.safetensors'));
    await writeFile(join(path, 'pytorch_model.bin'), '');
    const error = await errorOf(() => openFolder(path));
    expect(error.code).toBe('file-missing');
    expect(error.message).toContain('pytorch_model.bin');
  });

  test('a shard that is missing', async () => {
    const path = await copyOfFixture('mini-2b');
    await rm(join(path, 'model-00002-of-00003.safetensors'));
    const error = await errorOf(() => openFolder(path));
    expect(error.code).toBe('shard-missing');
    expect(error.facts.missing).toEqual(['model-00002-of-00003.safetensors']);
  });

  test.each([0, 1_000, 400_000])('a shard that is cut after %i bytes', async (length) => {
    const path = await copyOfFixture('mini-2b');
    await truncate(join(path, 'model-00002-of-00003.safetensors'), length);
    const error = await errorOf(() => openFolder(path));
    expect(error.code).toBe('shard-truncated');
    expect(error.message).toContain('model-00002-of-00003.safetensors');
  });

  test('an index that is damaged, or points elsewhere', async () => {
    const path = await copyOfFixture('mini-2b');
    const index = join(path, 'model.safetensors.index.json');
    await writeFile(index, '{"weight_map": {"a": "../../secret.safetensors"}}');
    expect((await errorOf(() => openFolder(path))).code).toBe('safetensors-header');
    await writeFile(index, '{"weight_map": []}');
    expect((await errorOf(() => openFolder(path))).code).toBe('config-invalid');
    await writeFile(index, '{');
    expect((await errorOf(() => openFolder(path))).code).toBe('config-invalid');
  });

  test('a header that lies about offsets', async () => {
    const path = await copyOfFixture('v2-1b');
    const file = join(path, 'model.safetensors');
    const bytes = await readFile(file);
    const at = bytes.indexOf('"data_offsets":[0,');
    bytes.write('"data_offsets":[2,', at);
    await writeFile(file, bytes);
    expect((await errorOf(() => openFolder(path))).code).toBe('safetensors-header');
  });

  test('config.json of another model', async () => {
    const path = await copyOfFixture('v2-1b');
    const config = await readFile(join(path, 'config.json'), 'utf8');
    await writeFile(
      join(path, 'config.json'),
      config.replace('"num_hidden_layers": 3', '"num_hidden_layers": 4'),
    );
    const error = await errorOf(() => openFolder(path));
    expect(error.code).toBe('tensor-missing');
  });
});
