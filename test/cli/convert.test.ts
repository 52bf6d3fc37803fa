import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recorded } from './recorded.js';
import { documentOf, nano, runCli } from './run-cli.js';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'internvl-convert-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('graphs, data and manifest, usable as a model', async () => {
  const out = join(folder, 'onnx');
  const ended = await runCli(['convert', 'nano', '--out', out, '--json']);
  expect(ended.status, ended.stderr).toBe(0);
  const document = documentOf(ended);
  expect(document).toMatchObject({
    directory: out,
    precision: { vision: 'fp32', llm: 'fp32' },
    parity: null,
  });
  const files = document.files as { path: string; bytes: number }[];
  for (const { path, bytes } of files) expect((await stat(join(out, path))).size, path).toBe(bytes);
  expect(document.bytes).toBe(files.reduce((sum, { bytes }) => sum + bytes, 0));
  expect((await readdir(out)).toSorted()).toEqual(
    [...files.map(({ path }) => path), 'manifest.json'].toSorted(),
  );

  const shapes = join(nano, 'samples', 'shapes-1.png');
  const question = ['--image', shapes, '--prompt', 'How many shapes are there?', '--json'];
  const answered = await runCli(['chat', out, ...question], {
    env: { INTERNVL_CACHE: join(folder, 'unused') },
  });
  expect(answered.status, answered.stderr).toBe(0);
  const { ids } = await recorded('shapes-1.png', 'How many shapes are there?');
  expect(documentOf(answered).ids).toEqual(ids);
});

test('a quantised folder is found to be one', async () => {
  const out = join(folder, 'quantised');
  const ended = await runCli(['convert', 'nano', '--precision', 'q4', '--out', out, '--json']);
  expect(ended.status, ended.stderr).toBe(0);
  expect(documentOf(ended)).toMatchObject({ precision: { vision: 'q8', llm: 'q4' } });
  const question = ['--prompt', 'Hello', '--json'];
  const env = { INTERNVL_CACHE: join(folder, 'unused') };
  const answered = await runCli(['chat', out, ...question], { env });
  expect(documentOf(answered)).toMatchObject({ precision: 'q8+q4' });
  expect((await runCli(['chat', out, '--precision', 'q4', ...question], { env })).status).toBe(0);
  const refused = await runCli(['chat', out, '--precision', 'int8', ...question], { env });
  expect(documentOf(refused)).toMatchObject({ error: { code: 'invalid-option' } });
});

test('a model repository for Triton', async () => {
  const out = join(folder, 'repository');
  const env = { INTERNVL_CACHE: join(folder, 'repository-cache') };
  const ended = await runCli(
    ['convert', 'nano', '--target', 'triton', '--prefix', 'nano-', '--out', out, '--json'],
    { env },
  );
  expect(ended.status, ended.stderr).toBe(0);
  const document = documentOf(ended);
  const models = ['nano-vision', 'nano-embed', 'nano-decoder'];
  expect(document).toMatchObject({ target: 'triton', models, precision: { vision: 'fp32', llm: 'fp32' } });
  const files = document.files as { path: string; bytes: number }[];
  expect(files.map(({ path }) => path)).toEqual(
    models.flatMap((name) =>
      ['config.pbtxt', '1/model.onnx', '1/weights.fp32.data'].map((file) => `${name}/${file}`),
    ),
  );
  // The weights are in three folders, and counted once: they are one file.
  const weights = files.find(({ path }) => path.endsWith('.data'))!;
  expect(document.bytes).toBeLessThan(2 * weights.bytes);
  const again = await runCli(['convert', 'nano', '--target', 'triton', '--out', out, '--json'], { env });
  expect(documentOf(again)).toMatchObject({ error: { code: 'invalid-option' } });
  const alone = await runCli(['convert', 'nano', '--prefix', 'a', '--out', join(folder, 'no'), '--json']);
  expect(documentOf(alone)).toMatchObject({ error: { code: 'usage' } });
});

test('calibration looks at every layer', async () => {
  const out = join(folder, 'calibrated');
  const pictures = ['shapes-0.png', 'sign-3.png'].flatMap((name) => [
    '--calibrate',
    join(nano, 'samples', name),
  ]);
  const ended = await runCli(
    ['convert', 'nano', '--precision', 'int8', ...pictures, '--out', out, '--json'],
    {
      env: { INTERNVL_CACHE: join(folder, 'calibration') },
    },
  );
  expect(ended.status, ended.stderr).toBe(0);
  const { calibration } = documentOf(ended);
  expect(calibration).toHaveLength(34);
  expect(calibration).toContainEqual({
    part: 'llm',
    layer: 'layers.0.mlp.down_proj',
    error: expect.any(Number),
    cosine: expect.any(Number),
    keep: false,
  });
  const without = await runCli(['convert', 'nano', ...pictures, '--out', join(folder, 'no'), '--json']);
  expect(without.status).toBe(2);
});

test('a folder that holds something else is left alone', async () => {
  const before = await readFile(join(nano, 'config.json'));
  const ended = await runCli(['convert', 'nano', '--out', nano, '--json']);
  expect(ended.status).toBe(2);
  expect(documentOf(ended)).toMatchObject({ error: { code: 'invalid-option' } });
  expect(await readFile(join(nano, 'config.json'))).toEqual(before);
});

test('several conversions at once make one folder', async () => {
  const out = join(folder, 'raced');
  const runs = await Promise.all([1, 2, 3].map(() => runCli(['convert', 'nano', '--out', out, '--json'])));
  expect(runs.map(({ status }) => status)).toEqual([0, 0, 0]);
  const documents = runs.map(documentOf);
  expect(documents[1]).toEqual(documents[0]);
  expect(documents[2]).toEqual(documents[0]);
  expect((await readdir(folder)).filter((name) => name.startsWith('raced'))).toEqual(['raced']);
});
