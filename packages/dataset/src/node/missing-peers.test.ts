import { expect, test, vi } from 'vitest';
import { openDuckDB } from '../sets/node-duckdb.js';
import { memorySource } from '../source/input.js';
import { readAll } from '../source/read-range.js';
import { openSource } from './open-source.js';

vi.mock('aws4fetch', () => {
  throw new Error("Cannot find package 'aws4fetch'");
});
vi.mock('@duckdb/node-api', () => {
  throw new Error("Cannot find package '@duckdb/node-api'");
});
vi.mock('fzstd', () => {
  throw new Error("Cannot find package 'fzstd'");
});

test('DuckDB', async () => {
  await expect(openDuckDB()).rejects.toMatchObject({
    code: 'duckdb-missing',
    message: expect.stringContaining('npm install @duckdb/node-api'),
  });
});

test('signing for S3', async () => {
  const source = await openSource('s3://bucket/key', {
    s3: { endpoint: 'http://127.0.0.1:1', accessKeyId: 'a', secretAccessKey: 'b' },
  });
  await expect(readAll(source, { mostBytes: 1 })).rejects.toMatchObject({
    code: 's3-missing',
    message: expect.stringContaining('npm install aws4fetch'),
  });
});

test('zstd, where the runtime has none', async () => {
  const packed = memorySource(Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0), 'a.zst');
  await expect(readAll(packed, { mostBytes: 1 })).rejects.toMatchObject({
    code: 'zstd-missing',
    message: expect.stringContaining('npm install fzstd'),
  });
});
