import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Safetensors } from '@internvl/checkpoint';
import { fileSource } from '@internvl/checkpoint/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recorded } from './recorded.js';
import { documentOf, linesOf, nano, runCli } from './run-cli.js';

const shapes = join(nano, 'samples', 'shapes-1.png');
const question = 'How many shapes are there?';
let folder = '';
let env: Record<string, string> = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'internvl-stages-'));
  env = { INTERNVL_CACHE: join(folder, 'cache') };
});
afterAll(() => rm(folder, { recursive: true }));

/** Tensors of a written file, by name. */
async function tensorsOf(file: string) {
  const read = await Safetensors.open([await fileSource(file, 'written')]);
  try {
    const entries = read.names().map(async (name) => {
      return [name, { shape: read.info(name).shape, data: await read.read(name) }] as const;
    });
    return new Map(await Promise.all(entries));
  } finally {
    await read.close();
  }
}

function largest(values: Float32Array): number {
  return values.reduce((best, value, index) => (value > values[best]! ? index : best), 0);
}

test('trace writes every stage of the answer that chat gives', async () => {
  const { ids } = await recorded('shapes-1.png', question);
  const out = join(folder, 'trace.safetensors');
  const ended = await runCli(
    ['trace', 'nano', '--image', shapes, '--prompt', question, '--out', out, '--json'],
    { env },
  );
  expect(ended.status, ended.stderr).toBe(0);
  expect(documentOf(ended)).toMatchObject({ ids, usage: { inputTokens: 181 } });
  const tensors = await tensorsOf(out);
  expect(Object.fromEntries([...tensors].map(([name, { shape }]) => [name, shape]))).toEqual({
    pixel_values: [10, 3, 112, 112],
    vit_last_hidden_state: [10, 65, 128],
    visual_tokens: [10, 16, 192],
    inputs_embeds: [1, 181, 192],
    logits: [ids.length, 1611],
  });
  const logits = tensors.get('logits')!.data;
  const chosen = ids.map((_, step) => largest(logits.subarray(step * 1611, (step + 1) * 1611)));
  expect(chosen).toEqual(ids);
});

test('features gives what the vision encoder makes of each tile', async () => {
  const out = join(folder, 'features.safetensors');
  const args = ['features', 'nano', '--image', shapes, '--max-tiles', '4'];
  const ended = await runCli([...args, '--out', out, '--json'], { env });
  expect(ended.status, ended.stderr).toBe(0);
  const document = documentOf(ended);
  expect(document).toMatchObject({ width: 128, patches: 64, tokensPerTile: 16, hidden: 192, tileSize: 112 });
  const tiles = document.tiles as { index: number; thumbnail: boolean; classEmbedding: number[] }[];
  expect(tiles.map(({ thumbnail }) => thumbnail)).toEqual([false, false, false, false, true]);

  const tensors = await tensorsOf(out);
  expect(Object.fromEntries([...tensors].map(([name, { shape }]) => [name, shape]))).toEqual({
    class_embeddings: [5, 128],
    patch_embeddings: [5, 64, 128],
    visual_tokens: [5, 16, 192],
  });
  const { data } = tensors.get('class_embeddings')!;
  expect(tiles.flatMap(({ classEmbedding }) => classEmbedding)).toEqual([...data]);

  const streamed = await runCli([...args, '--jsonl'], { env });
  expect(linesOf(streamed)).toEqual(tiles);
});

test('features and chat see the same tiles', async () => {
  const features = join(folder, 'same-features.safetensors');
  const trace = join(folder, 'same-trace.safetensors');
  await runCli(['features', 'nano', '--image', shapes, '--out', features, '--backend', 'cpu'], { env });
  await runCli(
    [
      'trace',
      'nano',
      '--image',
      shapes,
      '--prompt',
      'a',
      '--out',
      trace,
      '--backend',
      'cpu',
      '--max-new-tokens',
      '1',
    ],
    { env },
  );
  const { data: alone } = (await tensorsOf(features)).get('visual_tokens')!;
  const { data: inAnswer } = (await tensorsOf(trace)).get('visual_tokens')!;
  expect(alone.length).toBe(inAnswer.length);
  expect(Math.max(...alone.map((value, index) => Math.abs(value - inAnswer[index]!)))).toBeLessThan(1e-4);
});
