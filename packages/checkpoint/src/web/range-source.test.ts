import { expect, test } from 'vitest';
import { type Connection, connectionOptions } from '../hub/connection.js';
import { errorOf } from '../testing/error-of.js';
import { type Ask, rangeSource } from './range-source.js';

const connection: Connection = {
  ...connectionOptions({ retryDelayMs: 0, retries: 2 }),
  endpoint: 'a server',
  headers: {},
  unreachable: 'check the connection',
};

/** A file whose byte at `n` is `n % 251`, however large it is. */
function bytesAt(first: number, length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, at) => (first + at) % 251);
}

function rangeOf(headers: Readonly<Record<string, string>>): [first: number, length: number] {
  const [, first = '', last = ''] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
  return [Number(first), Number(last) - Number(first) + 1];
}

function source(size: number, answer: (first: number, length: number, request: number) => Response) {
  const asked: [number, number][] = [];
  const ask: Ask = async (_, headers) => {
    const [first, length] = rangeOf(headers);
    asked.push([first, length]);
    return answer(first, length, asked.length);
  };
  return { asked, bytes: rangeSource(connection, { name: 'big.safetensors', size }, ask) };
}

/** Compared at once: a matcher goes through a million bytes one by one. */
function same(bytes: Uint8Array, first: number): boolean {
  return Buffer.compare(bytes, bytesAt(first, bytes.length)) === 0;
}

const partial = (bytes: Uint8Array<ArrayBuffer>, first?: number) =>
  new Response(bytes, {
    status: 206,
    headers: first === undefined ? {} : { 'content-range': `bytes ${first}-` },
  });

test('short reads in a row are one request, beyond 4 GiB too', async () => {
  const start = 5 * 2 ** 30;
  const { asked, bytes } = source(6 * 2 ** 30, (first, length) => partial(bytesAt(first, length), first));
  for (let at = 0; at < 1000; at += 100) {
    expect(await bytes.read(start + at, 100)).toEqual(bytesAt(start + at, 100));
  }
  expect(asked).toEqual([[start, 2 ** 20]]);
  expect((await bytes.read(0, 3 * 2 ** 20)).length).toBe(3 * 2 ** 20);
  expect(asked[1]).toEqual([0, 3 * 2 ** 20]);
});

test('a connection that breaks is continued at the next byte', async () => {
  const { asked, bytes } = source(2 ** 21, (first, length, request) =>
    partial(bytesAt(first, request === 1 ? 1000 : length), first),
  );
  const read = await bytes.read(50, 2 ** 20);
  expect([read.length, same(read, 50)]).toEqual([2 ** 20, true]);
  expect(asked).toEqual([
    [50, 2 ** 20],
    [1050, 2 ** 20 - 1000],
  ]);
});

test('more bytes than asked for are refused', async () => {
  const { bytes } = source(2 ** 21, (first, length) => partial(bytesAt(first, length + 1), first));
  expect((await errorOf(() => bytes.read(0, 2 ** 20))).code).toBe('size-mismatch');
});

test('another range than the one asked for is not taken', async () => {
  const { bytes } = source(2 ** 21, (first, length) => partial(bytesAt(first + 7, length), first + 7));
  const error = await errorOf(() => bytes.read(0, 2 ** 20));
  expect(error).toMatchObject({ code: 'network', message: expect.stringContaining('bytes from 7') });
});

test('a server that knows no ranges serves near the start, and is refused far from it', async () => {
  const small = source(2 ** 20, () => new Response(bytesAt(0, 2 ** 20)));
  expect(await small.bytes.read(8, 100)).toEqual(bytesAt(8, 100));
  const large = source(2 ** 30, () => new Response(bytesAt(0, 2 ** 20)));
  expect((await errorOf(() => large.bytes.read(2 ** 29, 100))).code).toBe('ranges-unsupported');
});

test('a read beyond the end is refused, an abort rejects with the reason', async () => {
  const { bytes } = source(1000, (first, length) => partial(bytesAt(first, length), first));
  expect((await errorOf(() => bytes.read(900, 101))).code).toBe('shard-truncated');
  const reason = new Error('enough');
  await expect(bytes.read(0, 10, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});
