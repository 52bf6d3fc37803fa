import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parquetRows } from '../format/parquet.js';
import { fileSource } from '../node/file-source.js';
import { openDuckDB } from './node-duckdb.js';
import type { SetEngine } from './set-engine.js';

let folder = '';
let engine: SetEngine;
const rows = Array.from({ length: 300 }, (_, id) => ({ id, text: `text ${id % 100}`, tags: [`t${id}`] }));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "internvl-duck'db-"));
  await writeFile(join(folder, 'a.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  engine = await openDuckDB({ threads: 1, memoryLimit: '200MB' });
});
afterAll(async () => {
  engine.close();
  await rm(folder, { recursive: true });
});

test('counts and finds duplicates', async () => {
  const file = join(folder, 'a.jsonl');
  expect(engine.name).toMatch(/^duckdb v?\d/);
  expect(await engine.countRows([file, file])).toBe(600);
  const groups = await engine.duplicates(file, ['text'], { most: 2 });
  expect(groups).toEqual([
    { values: { text: 'text 0' }, rows: 3 },
    { values: { text: 'text 1' }, rows: 3 },
  ]);
});

test('writes Parquet, which our reader reads, and JSON Lines again', async () => {
  const parquet = join(folder, 'a.parquet');
  const written = await engine.write(`SELECT * FROM ${engine.table(join(folder, 'a.jsonl'))}`, parquet);
  expect(written).toEqual({ rows: 300 });
  const found = [];
  for await (const { row } of parquetRows(await fileSource(parquet)))
    found.push({ ...row, id: Number(row.id) });
  expect(found).toEqual(rows);
  await engine.write(`SELECT * FROM ${engine.table(parquet)} WHERE id < 2`, join(folder, 'b.jsonl'));
  expect(await readFile(join(folder, 'b.jsonl'), 'utf8')).toBe(
    '{"id":0,"text":"text 0","tags":["t0"]}\n{"id":1,"text":"text 1","tags":["t1"]}\n',
  );
});

test('values are bound, never pasted', async () => {
  expect(await engine.query('SELECT $text AS text, 1 AS one', { text: "'; DROP" })).toEqual([
    { text: "'; DROP", one: 1 },
  ]);
});

test('a query that fails, a file that is none, an abort', async () => {
  await expect(engine.query('SELEC 1')).rejects.toMatchObject({ code: 'query-failed' });
  const out = join(folder, 'c.parquet');
  await expect(
    engine.write(`SELECT * FROM ${engine.table(join(folder, 'none.jsonl'))}`, out),
  ).rejects.toMatchObject({
    code: 'query-failed',
  });
  expect((await readdir(folder)).filter((name) => name.includes('c.parquet'))).toEqual([]);
  expect(() => engine.table('x.bin')).toThrow(/\.parquet/);
  const controller = new AbortController();
  const reason = new Error('enough');
  const long = engine.query(
    'SELECT count(*) FROM range(10000000000) a, range(1000) b',
    {},
    { signal: controller.signal },
  );
  setTimeout(() => controller.abort(reason), 50);
  await expect(long).rejects.toBe(reason);
});
