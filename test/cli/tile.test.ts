import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planTiles, tiles } from '@internvl/tiling';
import { decodeImage } from '@internvl/tiling/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { documentOf, nano, runCli } from './run-cli.js';

const page = join(nano, 'samples', 'page-6.png');
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'internvl-tile-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('the plan as data', async () => {
  const ended = await runCli(['tile', page, '--json']);
  expect(ended.status).toBe(0);
  expect(ended.stderr).toBe('');
  const plan = planTiles({ width: 429, height: 429 });
  expect(documentOf(ended)).toMatchObject({
    columns: plan.columns,
    rows: plan.rows,
    width: plan.width,
    height: plan.height,
    thumbnail: plan.thumbnail,
    boxes: plan.boxes,
    tokens: plan.tokens,
    image: { width: 429, height: 429 },
  });
});

test('a checkpoint says how its images are cut', async () => {
  const ended = await runCli(['tile', page, '--json', '--model', 'nano']);
  expect(documentOf(ended)).toMatchObject({ tileSize: 112, columns: 3, rows: 3, tiles: 10, tokens: 160 });
});

test('pictures of the tiles hold the bytes that a model sees', async () => {
  const out = join(folder, 'out');
  const many = await runCli(['tile', page, '--out', out, '--tile-size', '112']);
  expect(many.status, many.stderr).toBe(0);
  const names = Array.from({ length: 9 }, (_, index) => `tile-0${index}.png`);
  expect((await readdir(out)).toSorted()).toEqual(['overview.png', 'thumbnail.png', ...names]);
  const image = await decodeImage(page);
  for await (const tile of tiles(image, { tileSize: 112 })) {
    const name = tile.thumbnail ? 'thumbnail.png' : `tile-0${tile.index}.png`;
    const { data } = await decodeImage(join(out, name));
    expect(Buffer.compare(data, tile.data), name).toBe(0);
  }

  await writeFile(join(out, 'notes.txt'), 'mine');
  await runCli(['tile', page, '--out', out, '--max-tiles', '1']);
  expect((await readdir(out)).toSorted()).toEqual(['notes.txt', 'overview.png', 'tile-00.png']);
});

test('an image may come from standard input or a data URL', async () => {
  const bytes = await readFile(page);
  const piped = await runCli(['tile', '-', '--json'], { input: bytes });
  const url = `data:image/png;base64,${bytes.toString('base64')}`;
  const inline = await runCli(['tile', url, '--json']);
  const plain = await runCli(['tile', page, '--json']);
  expect(documentOf(piped)).toEqual(documentOf(plain));
  expect(documentOf(inline)).toEqual(documentOf(plain));
});
