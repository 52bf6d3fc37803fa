import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { convertFiles } from '../convert/node/convert-files.js';
import type { ByteSource } from '../source/byte-source.js';
import { memorySource } from '../source/input.js';
import { readAll, readRange } from '../source/read-range.js';
import { glob } from './glob.js';
import { openSource, openSources } from './open-source.js';

let folder = '';
let server: Server;
let base = '';
const rows = '{"id":1,"conversations":[{"from":"human","value":"a"},{"from":"gpt","value":"b"}]}\n';
const content = `${'图,line\n'.repeat(40_000)}end`;
// `printf '{"a":"图"}\nsecond line\n' | zstd`, as DuckDB writes it.
const zstd = Buffer.from('KLUv/QBYwQAAeyJhIjoi5Zu+In0Kc2Vjb25kIGxpbmUK', 'base64');
const plainOfZstd = '{"a":"图"}\nsecond line\n';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'internvl-sources-'));
  await writeFile(join(folder, 'a.txt'), content);
  await writeFile(join(folder, 'a.txt.gz'), gzipSync(content));
  await writeFile(join(folder, 'two.gz'), Buffer.concat([gzipSync('one\n'), gzipSync('two\n')]));
  await writeFile(join(folder, 'cut.gz'), gzipSync(content).subarray(0, -20));
  await writeFile(join(folder, 'a.zst'), zstd);
  await writeFile(join(folder, 'cut.zst'), zstd.subarray(0, -6));
  server = createServer((request, response) => {
    const bytes = Buffer.from(content);
    if (request.url === '/rows.jsonl') response.end(rows);
    else if (request.url === '/cut') {
      response.writeHead(200, { 'content-length': '100' });
      response.write('begun');
      setTimeout(() => response.destroy(), 20);
    } else if (request.url === '/whole') response.end(bytes);
    else if (request.url === '/stuck') response.write('begun');
    else if (request.url === '/a.gz') response.end(gzipSync(content));
    else if (request.url?.startsWith('/a.txt')) {
      const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
      if (range === null) response.end(bytes);
      else
        response
          .writeHead(206)
          .end(bytes.subarray(Number(range[1]), range[2] === '' ? undefined : Number(range[2]) + 1));
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  base = typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

const textOf = async (source: ByteSource, signal?: AbortSignal) =>
  new TextDecoder().decode(await readAll(source, { mostBytes: 1e8, signal }));
const open = async (name: string) =>
  textOf(await openSource(name.includes(':') || name === '-' ? name : join(folder, name)));

describe('files', () => {
  test('plain, gzip of one and of two members, zstd', async () => {
    expect(await open('a.txt')).toBe(content);
    expect(await open('a.txt.gz')).toBe(content);
    expect(await open('two.gz')).toBe('one\ntwo\n');
    expect(await open('a.zst')).toBe(plainOfZstd);
    expect(await open(`file://${folder}/a.txt`)).toBe(content);
  });

  test('a range is of the bytes as stored', async () => {
    const source = await openSource(join(folder, 'a.txt'));
    expect(source).toMatchObject({ seekable: true, size: Buffer.byteLength(content) });
    expect(new TextDecoder().decode(await readRange(source, 0, 3))).toBe('图');
    await expect(readRange(source, 0, 1e9)).rejects.toMatchObject({ code: 'file-truncated' });
    expect(await readRange(await openSource(join(folder, 'a.txt.gz')), 0, 2)).toEqual(
      Uint8Array.of(0x1f, 0x8b),
    );
  });

  test.each([
    ['cut.gz', 'compression-damaged'],
    ['cut.zst', 'compression-damaged'],
    ['none.txt', 'file-missing'],
    ['.', 'file-unusable'],
  ])('%s: %s', async (name, code) => {
    await expect(open(name)).rejects.toMatchObject({ code });
  });

  test('standard input is what was given for it', async () => {
    async function* stdin() {
      yield gzipSync('piped');
    }
    expect(await textOf(await openSource('-', { stdin: stdin() }))).toBe('piped');
  });
});

describe('memory, as in a browser', () => {
  test('gzip and zstd', async () => {
    expect(await textOf(memorySource(new Uint8Array(gzipSync(content))))).toBe(content);
    expect(await textOf(memorySource(new Uint8Array(zstd)))).toBe(plainOfZstd);
    const cut = memorySource(new Uint8Array(gzipSync(content).subarray(0, -20)), 'x.gz');
    await expect(textOf(cut)).rejects.toMatchObject({ code: 'compression-damaged', facts: { file: 'x.gz' } });
  });
});

describe('addresses', () => {
  test('whole, gzip, a range', async () => {
    expect(await open(`${base}/a.txt?token=secret`)).toBe(content);
    expect(await open(`${base}/a.gz`)).toBe(content);
    const source = await openSource(`${base}/a.txt?token=secret`);
    expect(source.name).toBe(`${base}/a.txt`);
    expect(new TextDecoder().decode(await readRange(source, 3, 8))).toBe(',line');
  });

  test('a conversion from a server without ranges, with the digest of what was read', async () => {
    const out = join(folder, 'from-web.json');
    const { inputs, outputs } = await convertFiles({ inputs: [`${base}/rows.jsonl`], out, to: 'llava' });
    const sha256 = createHash('sha256').update(rows).digest('hex');
    expect(inputs).toEqual([{ name: `${base}/rows.jsonl`, bytes: rows.length, sha256 }]);
    expect(outputs).toMatchObject([{ name: out, samples: 1 }]);
  });

  test('none, cut, no ranges, nobody there', async () => {
    await expect(open(`${base}/none`)).rejects.toMatchObject({
      code: 'file-missing',
      facts: { status: 404 },
    });
    await expect(open(`${base}/cut`)).rejects.toMatchObject({ code: 'network' });
    const whole = await openSource(`${base}/whole`);
    await expect(readRange(whole, 1, 2)).rejects.toMatchObject({ code: 'range-unsupported' });
    await expect(open('http://127.0.0.1:1/x')).rejects.toMatchObject({ code: 'network' });
  });

  test('an abort in the middle of a wait is the signal’s reason', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const reading = textOf(await openSource(`${base}/stuck`), controller.signal);
    setTimeout(() => controller.abort(reason), 20);
    await expect(reading).rejects.toBe(reason);
  });
});

describe('patterns', () => {
  test('files in order, folders by **, no dot files, no linked folders', async () => {
    const root = join(folder, 'glob');
    for (const name of [
      'a-10.jsonl',
      'a-2.jsonl',
      'b.csv',
      '.hidden.jsonl',
      'deep/er/c.jsonl',
      'we[ird].jsonl',
    ]) {
      await mkdir(join(root, name, '..'), { recursive: true });
      await writeFile(join(root, name), name);
    }
    await symlink(root, join(root, 'loop'));
    const found = async (pattern: string) =>
      (await glob(join(root, pattern))).map((path) => relative(root, path));
    expect(await found('*.jsonl')).toEqual(['a-10.jsonl', 'a-2.jsonl', 'we[ird].jsonl']);
    expect(await found('**/*.jsonl')).toEqual([
      'a-10.jsonl',
      'a-2.jsonl',
      'deep/er/c.jsonl',
      'we[ird].jsonl',
    ]);
    expect(await found('a-?.jsonl')).toEqual(['a-2.jsonl']);
    expect(await found('{a-2,b,none}.{jsonl,csv}')).toEqual(['a-2.jsonl', 'b.csv']);
    expect(await found('[!a]*.*')).toEqual(['b.csv', 'we[ird].jsonl']);
    expect(await found('*/er/*.jsonl')).toEqual(['deep/er/c.jsonl']);
    const [literal] = await openSources([join(root, 'we[ird].jsonl')]);
    expect(literal?.name).toBe(join(root, 'we[ird].jsonl'));
    await expect(openSources([join(root, '*.none')])).rejects.toMatchObject({ code: 'file-missing' });
  });
});
