import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recorded } from './recorded.js';
import { documentOf, nano, runCli } from './run-cli.js';

const commit = '0123456789abcdef0123456789abcdef01234567';
const token = 'open sesame';
const question = [
  '--image',
  join(nano, 'samples', 'shapes-1.png'),
  '--prompt',
  'How many shapes are there?',
  '--json',
];
const files = new Map<string, Buffer>();
let folder = '';
let server: Server;
let endpoint = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'internvl-hub-'));
  for (const name of await readdir(nano)) {
    if (/\.(json|model|safetensors)$/.test(name)) files.set(name, await readFile(join(nano, name)));
  }
  server = createServer((request, response) => {
    const url = request.url ?? '';
    const [, owner = '', name = ''] = /\/(acme)\/([\w-]+)/.exec(url) ?? [];
    if (owner === '') return response.writeHead(404).end();
    if (name === 'private' && request.headers.authorization !== `Bearer ${token}`)
      return response.writeHead(401).end();
    if (url.includes('/revision/')) return response.end(JSON.stringify({ sha: commit }));
    if (url.includes('/tree/')) return response.end(JSON.stringify(listing(name)));
    const content = files.get(url.split('/').at(-1) ?? '');
    return content === undefined ? response.writeHead(404).end() : response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  endpoint = `http://127.0.0.1:${address.port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

/** Files as a Hub lists them; of the model `damaged`, the published hash of the weights is another. */
function listing(model: string): object[] {
  return [...files].map(([path, content]) => {
    const size = content.length;
    const oid = createHash('sha1').update(`blob ${size}\0`).update(content).digest('hex');
    if (!path.endsWith('.safetensors')) return { type: 'file', path, size, oid };
    const published = model === 'damaged' ? Buffer.from('something else') : content;
    const sha256 = createHash('sha256').update(published).digest('hex');
    return { type: 'file', path, size, oid, lfs: { oid: sha256, size, pointerSize: 134 } };
  });
}

function environment(home: string, more: Record<string, string> = {}) {
  return {
    HF_ENDPOINT: endpoint,
    HF_HOME: join(folder, home),
    INTERNVL_CACHE: join(folder, 'cache'),
    HF_TOKEN: '',
    ...more,
  };
}

test('a model by its Hub id: fetched once, then there without a network', async () => {
  const { ids } = await recorded('shapes-1.png', 'How many shapes are there?');
  const first = await runCli(['chat', 'acme/nano', ...question], { env: environment('home') });
  expect(first.status, first.stderr).toBe(0);
  expect(documentOf(first).ids).toEqual(ids);
  const offline = environment('home', { HF_HUB_OFFLINE: '1', HF_ENDPOINT: 'http://127.0.0.1:9' });
  const second = await runCli(['chat', 'acme/nano', ...question], { env: offline });
  expect(second.status, second.stderr).toBe(0);
  expect(documentOf(second).ids).toEqual(ids);
});

test('weights that are not what was published', async () => {
  const ended = await runCli(['chat', 'acme/damaged', ...question], { env: environment('damaged') });
  expect(ended.status).toBe(1);
  expect(documentOf(ended)).toMatchObject({ error: { code: 'hash-mismatch' } });
});

test('inspect fetches no weights', async () => {
  const env = environment('inspected');
  const ended = await runCli(['inspect', 'acme/nano@main', '--json'], { env });
  expect(ended.status, ended.stderr).toBe(0);
  expect(documentOf(ended)).toMatchObject({
    hub: { repo: 'acme/nano', commit },
    weights: { present: false },
  });
});

test('a model that wants a token', async () => {
  const refused = await runCli(['inspect', 'acme/private', '--json'], { env: environment('home') });
  expect(refused.status).toBe(1);
  expect(documentOf(refused)).toMatchObject({ error: { code: 'hub-unauthorized' } });
  const admitted = await runCli(['inspect', 'acme/private', '--json'], {
    env: environment('home', { HF_TOKEN: token }),
  });
  expect(admitted.status, admitted.stderr).toBe(0);
});
