import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fileSource } from '../node/file-source.js';
import type { Sample } from '../sample/sample.js';
import { openDuckDB } from '../sets/node-duckdb.js';
import type { SetEngine } from '../sets/set-engine.js';
import { sourceOf } from '../source/input.js';
import { parquet, parquetRows } from './parquet.js';

let folder = '';
let engine: SetEngine;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'internvl-parquet-'));
  engine = await openDuckDB({ threads: 1, memoryLimit: '300MB' });
});
afterAll(async () => {
  engine.close();
  await rm(folder, { recursive: true });
});

async function read(path: string) {
  const samples: Sample[] = [];
  const codes: string[] = [];
  for await (const { sample, problems } of parquet.read?.(await fileSource(path)) ?? []) {
    if (sample !== undefined) samples.push(sample);
    codes.push(...problems.map(({ code }) => code));
  }
  return { samples, codes };
}

const samples: Sample[] = Array.from({ length: 2500 }, (_, index) => ({
  id: String(index),
  lang: index % 2 === 0 ? 'en' : 'zh',
  images:
    index % 3 === 0
      ? []
      : [
          {
            path: `图/${index}.png`,
            bytes: Uint8Array.from({ length: index % 50 }, (__, at) => (at * index) % 256),
            width: 2,
            height: 3,
          },
        ],
  turns: [
    {
      role: 'user',
      parts: [
        ...(index % 3 === 0 ? [] : [{ type: 'image', imageIndex: 0 } as const]),
        { type: 'text', text: `\nWhat ${index}?` },
      ],
    },
    { role: 'assistant', parts: [{ type: 'text', text: `答 ${index}` }] },
  ],
  meta: { index },
}));

test('what is written here, another engine reads, with the features that Hugging Face looks for', async () => {
  const path = join(folder, 'ours.parquet');
  async function* all() {
    yield* samples;
  }
  const pieces: Uint8Array[] = [];
  for await (const piece of parquet.write?.(all()) ?? []) pieces.push(piece);
  await writeFile(path, Buffer.concat(pieces));
  expect(pieces.length).toBe(4);
  const rows = await engine.query(
    `SELECT count(*) AS n, sum(octet_length(images[1].bytes)) AS bytes, max(images[1].path) AS path, min(messages[2].content) AS said, max(image_sizes[1][2]) AS height, sum(CAST(meta->>'$.index' AS INT)) AS total FROM ${engine.table(path)}`,
  );
  const bytes = samples.reduce((sum, { images }) => sum + (images[0]?.bytes?.length ?? 0), 0);
  expect(rows).toEqual([
    {
      n: '2500',
      bytes: String(bytes),
      path: '图/998.png',
      said: '答 0',
      height: 3,
      total: String((2499 * 2500) / 2),
    },
  ]);
  const [features] = await engine.query(
    `SELECT decode(value) AS value FROM parquet_kv_metadata('${path.replaceAll("'", "''")}') WHERE decode(key) = 'huggingface'`,
  );
  expect(JSON.parse(String(features?.value))).toMatchObject({
    info: { features: { id: { dtype: 'string' }, images: [{ _type: 'Image' }] } },
  });
  expect(await read(path)).toEqual({ samples, codes: [] });
});

test('what another engine writes as Hugging Face does, is read here', async () => {
  const path = join(folder, 'theirs.parquet');
  await engine.write(
    `SELECT i AS id, {'bytes': encode('png' || i), 'path': i || '.png'} AS image,
       [{'from': 'human', 'value': '<image>' || i}, {'from': 'gpt', 'value': '好' || (i % 7)}] AS conversations,
       CASE WHEN i % 2 = 0 THEN 'vqa' END AS task, CAST(i AS DOUBLE) / 4 AS score, DATE '2024-01-02' AS day
     FROM range(3000) t(i)`,
    path,
  );
  const { samples: found, codes } = await read(path);
  expect(codes).toEqual([]);
  expect(found).toHaveLength(3000);
  expect(found[2998]).toEqual({
    id: '2998',
    task: 'vqa',
    images: [{ path: '2998.png', bytes: new TextEncoder().encode('png2998') }],
    turns: [
      {
        role: 'user',
        parts: [
          { type: 'image', imageIndex: 0 },
          { type: 'text', text: '2998' },
        ],
      },
      { role: 'assistant', parts: [{ type: 'text', text: '好2' }] },
    ],
    meta: { id: 2998, score: 749.5, day: '2024-01-02T00:00:00.000Z' },
  });
});

test('questions and answers, lists of images, and what was written as text', async () => {
  const path = join(folder, 'qa.parquet');
  await engine.write(
    `SELECT * FROM (VALUES ('q1', ['a', 'b'], [{'bytes': NULL::BLOB, 'path': 'x.png'}, {'bytes': NULL::BLOB, 'path': 'y.png'}])) t(question, answer, images)`,
    path,
  );
  expect((await read(path)).samples).toMatchObject([
    { images: [{ path: 'x.png' }, { path: 'y.png' }], turns: [{}, { parts: [{ text: 'a' }] }] },
  ]);
  const text = join(folder, 'text.parquet');
  await engine.write(`SELECT 'q' AS question, '{''bytes'': b''x'', ''path'': None}' AS image`, text);
  expect(await read(text)).toMatchObject({ samples: [], codes: ['image-shape'] });
  const other = join(folder, 'other.parquet');
  await engine.write('SELECT 1 AS a, 2 AS b', other);
  expect(await read(other)).toMatchObject({ samples: [], codes: ['columns-unknown'] });
});

test('from a pipe; damaged and cut files; leaving early', async () => {
  const pieces: Uint8Array[] = [];
  async function* some() {
    yield* samples.slice(0, 5);
  }
  for await (const piece of parquet.write?.(some()) ?? []) pieces.push(piece);
  const whole = new Uint8Array(Buffer.concat(pieces));
  const rows = async (bytes: Uint8Array) => {
    let count = 0;
    async function* pipe() {
      yield bytes;
    }
    for await (const _ of parquetRows(sourceOf(pipe(), 'pipe'))) count++;
    return count;
  };
  expect(await rows(whole)).toBe(5);
  for (const cut of [0, 3, 11, 100, whole.length - 1]) {
    await expect(rows(whole.slice(0, cut))).rejects.toMatchObject({
      code: 'parquet-unreadable',
      facts: { file: 'pipe' },
    });
  }
  for await (const _ of parquetRows(sourceOf(whole))) break;
});
