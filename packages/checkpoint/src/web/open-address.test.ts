import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { openFolder } from '../source/open-folder.js';
import { fixtures } from '../testing/checkpoints.js';
import { errorOf } from '../testing/error-of.js';
import { listen, sendRange } from '../testing/fake-hub.js';
import { memoryStorage } from '../testing/memory-directory.js';
import { memoryStore } from '../testing/memory-store.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { openCheckpoint } from './open-checkpoint.js';

interface Served {
  address: string;
  readonly files: Map<string, Buffer>;
  /** Paths and ranges. */
  readonly requests: string[];
  /** Answers to requests for files that are not there. */
  missing: 'not found' | 'page';
  headers: Record<string, string>;
  ranges: boolean;
}

let served: Served;

beforeEach(async () => {
  served = {
    address: '',
    files: new Map(),
    requests: [],
    missing: 'not found',
    headers: { etag: '"1"' },
    ranges: true,
  };
  const folder = join(fixtures, 'mini-2b');
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isFile()) served.files.set(entry.name, await readFile(join(folder, entry.name)));
  }
  const origin = await listen((request, response) => {
    const bytes = served.files.get((request.url ?? '').slice('/models/tiny/'.length));
    served.requests.push(`${request.url} ${request.headers.range ?? ''}`);
    if (bytes) {
      for (const [name, value] of Object.entries(served.headers)) response.setHeader(name, value);
      if (served.ranges) sendRange(bytes, request, response);
      else response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
    } else if (served.missing === 'page') {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<!doctype html>');
    } else response.writeHead(404).end();
  }, onTestFinished);
  served.address = `${origin}/models/tiny`;
});

const opened = async (more: { files?: string[]; name?: string } = {}) => {
  const checkpoint = await openCheckpoint(
    { baseUrl: served.address, ...more },
    { retryDelayMs: 0, retries: 1 },
  );
  onTestFinished(() => checkpoint.close());
  return checkpoint;
};

const digest = async () => {
  const checkpoint = await openFolder(join(fixtures, 'mini-2b'), { cache: await temporaryFolder() });
  await checkpoint.close();
  return checkpoint.digest();
};

test.each(['not found', 'page'] as const)(
  'is opened where a missing file is answered with: %s',
  async (missing) => {
    served.missing = missing;
    const checkpoint = await opened();
    expect(checkpoint.name).toBe('tiny');
    expect(checkpoint.files.has('tokenizer.model')).toBe(true);
    expect(await checkpoint.digest()).toBe(await digest());
  },
);

test('with a list of its files, nothing else is asked for', async () => {
  const names = [...served.files.keys()];
  const checkpoint = await opened({ files: names, name: 'org/tiny' });
  expect(checkpoint.name).toBe('org/tiny');
  const asked = new Set(served.requests.map((request) => request.split(' ')[0]!.split('/').at(-1)!));
  expect([...asked].every((name) => names.includes(name))).toBe(true);
});

test('a conversion fetches each weight file once, and knows the digest', async () => {
  const checkpoint = await opened();
  served.requests.length = 0;
  const { manifest } = await memoryStore(memoryStorage()).convert(checkpoint);
  expect(manifest.source).toEqual({ name: 'tiny', digest: await digest() });
  expect(served.requests).toHaveLength(3);
});

test('a second visit finds the model by what the server says of its files', async () => {
  const storage = memoryStorage();
  const { id } = await memoryStore(storage).convert(await opened());
  served.requests.length = 0;
  const again = await opened();
  expect((await memoryStore(storage).convert(again)).id).toBe(id);
  const shards = served.requests.filter((request) => request.includes('.safetensors '));
  expect(shards.every((request) => request.includes('bytes='))).toBe(true);
  served.headers = { etag: '"2"' };
  expect((await memoryStore(storage).convert(await opened())).id).not.toBe(id);
});

test('a server that says nothing of versions: the content tells', async () => {
  served.headers = {};
  const checkpoint = await opened();
  expect(checkpoint.identity).toBeUndefined();
  const storage = memoryStorage();
  const { id } = await memoryStore(storage).convert(checkpoint);
  expect((await memoryStore(storage).convert(await opened())).id).toBe(id);
});

test('a server that knows no ranges will do', async () => {
  served.ranges = false;
  const { verify, manifest } = await memoryStore(memoryStorage()).convert(await opened());
  await verify();
  expect(manifest.source.digest).toBe(await digest());
});

test('what is missing is told', async () => {
  served.files.delete('model-00003-of-00003.safetensors');
  expect(await errorOf(() => opened())).toMatchObject({
    code: 'shard-missing',
    facts: { missing: ['model-00003-of-00003.safetensors'] },
  });
  expect((await errorOf(() => opened({ files: [...served.files.keys()] }))).code).toBe('shard-missing');
  served.files.delete('config.json');
  expect((await errorOf(() => opened())).code).toBe('model-not-found');
});

test('a file that changes while it is fetched is refused', async () => {
  const checkpoint = await opened();
  const shard = 'model-00002-of-00003.safetensors';
  served.files.set(shard, Buffer.concat([served.files.get(shard)!, Buffer.alloc(10)]));
  const error = await errorOf(() => memoryStore(memoryStorage()).convert(checkpoint));
  expect(error.code).toBe('size-mismatch');
});
