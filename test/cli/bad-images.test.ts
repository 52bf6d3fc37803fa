import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { documentOf, nano, runCli } from './run-cli.js';

const page = join(nano, 'samples', 'page-6.png');
let folder = '';
let png: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'internvl-bad-'));
  png = await readFile(page);
});
afterAll(() => rm(folder, { recursive: true }));

/** The page with another size in its header, and the checksum that goes with it. */
function declaring(width: number, height: number): Buffer {
  const bytes = Buffer.from(png);
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
  return bytes;
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

test.each([
  ['text', () => Buffer.from('this is no picture'), 'image-unreadable'],
  ['empty', () => Buffer.alloc(0), 'image-empty'],
  ['truncated', () => png.subarray(0, png.length / 2), 'image-truncated'],
  ['no height', () => declaring(429, 0), 'image-empty'],
  ['huge', () => declaring(1_000_000, 1_000_000), 'image-too-large'],
  ['pdf', () => Buffer.from('%PDF-1.7\n'), 'image-unsupported'],
  ['svg', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image-unsupported'],
])('%s: its own code, status 1', async (name, make, code) => {
  const path = join(folder, `${name}.png`);
  await writeFile(path, make());
  const ended = await runCli(['tile', path, '--json']);
  expect(ended.status).toBe(1);
  expect(ended.stderr).toMatch(new RegExp(`^internvl: ${code}: [^\n]+\n$`));
  expect(documentOf(ended)).toMatchObject({ error: { code } });
});

test('no such file, a folder, a broken data URL', async () => {
  const missing = await runCli(['tile', join(folder, 'none.png')]);
  expect(missing.stderr).toMatch(/^internvl: file-missing: /);
  const directory = await runCli(['tile', folder]);
  expect(directory.stderr).toMatch(/^internvl: image-unreadable: /);
  const url = await runCli(['tile', 'data:image/png;base64,%%%']);
  expect(url.stderr).toMatch(/^internvl: image-unreadable: /);
  expect([missing, directory, url].map(({ status }) => status)).toEqual([1, 1, 1]);
});

test('an address that answers, one that refuses, one that is not there', async () => {
  const server = createServer((request, response) => {
    if (request.url === '/page.png') response.end(png);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const base = `http://127.0.0.1:${address.port}`;
  try {
    const good = await runCli(['tile', `${base}/page.png`, '--json']);
    expect(documentOf(good)).toMatchObject({ image: { width: 429, height: 429 } });
    const refused = await runCli(['tile', `${base}/other.png`, '--json']);
    expect(documentOf(refused)).toMatchObject({ error: { code: 'network', facts: { status: 404 } } });
  } finally {
    server.close();
  }
  const gone = await runCli(['tile', `${base}/page.png`, '--json']);
  expect(gone.status).toBe(1);
  expect(documentOf(gone)).toMatchObject({ error: { code: 'network' } });
});
