import { afterAll, beforeAll, expect, test } from 'vitest';
import { parquet } from '../format/parquet.js';
import { readAll, readRange } from '../source/read-range.js';
import { S3Server } from '../testing/s3-server.js';
import { writeFile } from '../write/node/write-file.js';
import { openSource, openSources } from './open-source.js';
import type { S3Options } from './s3-source.js';

const server = new S3Server('top secret');
let s3: S3Options = {};

beforeAll(async () => {
  s3 = {
    endpoint: await server.listen(),
    accessKeyId: 'me',
    secretAccessKey: 'top secret',
    region: 'eu-x-1',
  };
});
afterAll(() => server.close());

const text = async (name: string, options: S3Options = s3) =>
  new TextDecoder().decode(await readAll(await openSource(name, { s3: options }), { mostBytes: 1e9 }));

test('an object, whole and in part, whatever its name', async () => {
  const key = 'bucket/folder/图 a+b(1)&2.jsonl';
  server.objects.set(key, new TextEncoder().encode('hello'));
  expect(await text(`s3://${key}`)).toBe('hello');
  const source = await openSource(`s3://${key}`, { s3 });
  expect(new TextDecoder().decode(await readRange(source, 1, 3))).toBe('el');
  expect(source.name).toBe(`s3://${key}`);
});

test('a pattern, over pages, in order', async () => {
  for (const name of ['a-2.jsonl', 'a-1.jsonl', 'a-<3>.jsonl', 'b.txt', 'deep/a-4.jsonl', 'a-5.jsonl']) {
    server.objects.set(`set/rows/${name}`, new TextEncoder().encode(name));
  }
  const names = async (pattern: string) => (await openSources([pattern], { s3 })).map(({ name }) => name);
  expect(await names('s3://set/rows/*.jsonl')).toEqual(
    ['a-1', 'a-2', 'a-5', 'a-<3>'].map((name) => `s3://set/rows/${name}.jsonl`),
  );
  expect(await names('s3://set/rows/**/*-4.jsonl')).toEqual(['s3://set/rows/deep/a-4.jsonl']);
  expect(await names('s3://set/rows/{a-[12],b}.*')).toEqual(
    ['a-1.jsonl', 'a-2.jsonl', 'b.txt'].map((name) => `s3://set/rows/${name}`),
  );
  await expect(names('s3://set/none/*.x')).rejects.toMatchObject({ code: 'file-missing' });
});

test('an upload in parts appears when it is whole, and not when it fails', async () => {
  const piece = new Uint8Array(5 * 2 ** 20).fill(7);
  const written = await writeFile('s3://bucket/big.bin', [piece, piece, piece, piece, Uint8Array.of(1)], {
    s3,
  });
  expect(written.bytes).toBe(20 * 2 ** 20 + 1);
  expect(server.objects.get('bucket/big.bin')?.length).toBe(20 * 2 ** 20 + 1);
  async function* failing() {
    yield piece;
    throw new Error('no more');
  }
  await expect(writeFile('s3://bucket/half.bin', failing(), { s3 })).rejects.toThrow('no more');
  expect(server.objects.has('bucket/half.bin')).toBe(false);
  expect(server.log.at(-1)).toMatch(/^204 DELETE /);
});

test('Parquet is fetched by parts', async () => {
  const written: Uint8Array[] = [];
  async function* one() {
    yield { id: 'a', images: [], turns: [{ role: 'user', parts: [{ type: 'text', text: 'Hi' }] }] } as const;
  }
  for await (const piece of parquet.write?.(one()) ?? []) written.push(piece);
  await writeFile('s3://bucket/a.parquet', written, { s3 });
  const before = server.log.length;
  const found = [];
  for await (const { sample } of parquet.read?.(await openSource('s3://bucket/a.parquet', { s3 })) ?? [])
    found.push(sample?.id);
  expect(found).toEqual(['a']);
  const asked = server.log.slice(before);
  expect(asked[0]).toMatch(/^200 HEAD /);
  expect(asked.slice(1).every((line) => line.startsWith('206 GET '))).toBe(true);
});

test('a wrong key, no key, no object', async () => {
  await expect(text('s3://bucket/big.bin', { ...s3, secretAccessKey: 'guess' })).rejects.toMatchObject({
    code: 'network',
    facts: { status: 403 },
  });
  await expect(text('s3://bucket/none')).rejects.toMatchObject({ code: 'file-missing' });
  await expect(text('s3://bucket/none', { endpoint: s3.endpoint })).rejects.toMatchObject({
    code: 'invalid-option',
  });
});
