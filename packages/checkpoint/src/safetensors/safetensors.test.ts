import { expect, test } from 'vitest';
import { errorOf } from '../testing/error-of.js';
import { fileBytes, safetensorsBytes } from '../testing/safetensors-bytes.js';
import { readBlocks } from './blocks.js';
import { bytesSource } from './bytes-source.js';
import { Safetensors } from './safetensors.js';

const open = (bytes: Uint8Array) => Safetensors.open([bytesSource('model.safetensors', bytes)]);
const four = { dtype: 'F32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) };

test('reads float32, float16 and bfloat16 as float32, whole and by rows', async () => {
  const tensors = await open(
    safetensorsBytes({
      odd: { dtype: 'U8', shape: [1], data: Uint8Array.of(7) },
      full: four,
      half: { dtype: 'F16', shape: [2], data: Uint8Array.of(0x00, 0x3c, 0x01, 0x00) },
      brain: { dtype: 'BF16', shape: [2, 1], data: Uint8Array.of(0x80, 0x3f, 0x00, 0xc0) },
    }),
  );
  expect(tensors.names()).toEqual(['odd', 'full', 'half', 'brain']);
  expect(tensors.info('brain')).toEqual({ name: 'brain', dtype: 'BF16', shape: [2, 1], bytes: 4 });
  expect(await tensors.read('full')).toEqual(Float32Array.of(1, 2, 3, 4));
  expect(await tensors.read('full', { first: 1, count: 2 })).toEqual(Float32Array.of(2, 3));
  expect(await tensors.readRows('full', 1, 1)).toEqual(Float32Array.of(3, 4));
  expect(await tensors.read('half')).toEqual(Float32Array.of(1, 2 ** -24));
  expect(await tensors.readRows('brain', 1, 1)).toEqual(Float32Array.of(-2));
  expect(await tensors.readBytes('brain', { first: 1 })).toEqual(Uint8Array.of(0x00, 0xc0));
});

test('reads a tensor in blocks', async () => {
  const tensors = await open(
    safetensorsBytes({ a: { dtype: 'F32', shape: [5], data: Float32Array.of(0, 1, 2, 3, 4) } }),
  );
  const blocks: [number, number[]][] = [];
  for await (const { first, data } of readBlocks(tensors, 'a', { elements: 2 }))
    blocks.push([first, [...data]]);
  expect(blocks).toEqual([
    [0, [0, 1]],
    [2, [2, 3]],
    [4, [4]],
  ]);
});

test('an empty file of tensors and an empty tensor are fine', async () => {
  expect((await open(fileBytes({}, new Uint8Array()))).names()).toEqual([]);
  const none = { dtype: 'F32', shape: [0, 4], data: new Float32Array() };
  const tensors = await open(safetensorsBytes({ a: four, none, b: four }));
  expect(await tensors.read('none')).toEqual(new Float32Array());
  expect(await tensors.read('b')).toEqual(Float32Array.of(1, 2, 3, 4));
});

test('refuses names and ranges that are not there', async () => {
  const tensors = await open(safetensorsBytes({ a: four }));
  expect((await errorOf(() => tensors.read('b'))).code).toBe('tensor-missing');
  expect((await errorOf(() => tensors.readRows('a', 1, 2))).code).toBe('invalid-option');
  expect((await errorOf(() => tensors.read('a', { first: -1 }))).code).toBe('invalid-option');
  expect((await errorOf(() => tensors.read('a', { first: 0.5, count: 1 }))).code).toBe('invalid-option');
});

test('names a dtype that holds no plain numbers when it is asked for', async () => {
  const tensors = await open(safetensorsBytes({ q: { dtype: 'I32', shape: [1], data: new Uint8Array(4) } }));
  expect(tensors.has('q')).toBe(true);
  const { code, message } = await errorOf(() => tensors.read('q'));
  expect(code).toBe('dtype-unknown');
  expect(message).toContain('I32');
});

const data = new Uint8Array(16);
const entry = (begin: number, end: number, shape = [(end - begin) / 4]) => ({
  dtype: 'F32',
  shape,
  data_offsets: [begin, end],
});

test.each<[string, unknown, string]>([
  ['not JSON', '{"a":', 'safetensors-header'],
  ['not an object', '[1]', 'safetensors-header'],
  ['an entry that is no object', { a: 1 }, 'safetensors-header'],
  ['no shape', { a: { dtype: 'F32', data_offsets: [0, 16] } }, 'safetensors-header'],
  ['a negative size', { a: entry(0, 16, [-4]) }, 'safetensors-header'],
  ['a size that is not whole', { a: entry(0, 16, [0.5, 8]) }, 'safetensors-header'],
  ['offsets that disagree with the shape', { a: entry(0, 16, [3]) }, 'safetensors-header'],
  ['offsets backwards', { a: { dtype: 'F32', shape: [1], data_offsets: [4, 0] } }, 'safetensors-header'],
  ['three offsets', { a: { dtype: 'F32', shape: [4], data_offsets: [0, 16, 16] } }, 'safetensors-header'],
  ['overlapping tensors', { a: entry(0, 12), b: entry(8, 16) }, 'safetensors-header'],
  ['the same bytes twice', { a: entry(0, 16), b: entry(0, 16) }, 'safetensors-header'],
  ['a hole', { a: entry(0, 4), b: entry(8, 16) }, 'safetensors-header'],
  ['bytes behind the last tensor', { a: entry(0, 12) }, 'safetensors-header'],
  ['tensors that do not begin at the start', { a: entry(4, 16) }, 'safetensors-header'],
  ['a size that overflows', { a: entry(0, 16, [2 ** 52, 2 ** 52]) }, 'safetensors-header'],
  ['more data than the file has', { a: entry(0, 16), b: entry(16, 20) }, 'shard-truncated'],
  ['a dtype nobody knows', { a: { dtype: 'Q4', shape: [4], data_offsets: [0, 16] } }, 'dtype-unknown'],
])('refuses a header with %s', async (_, header, code) => {
  expect((await errorOf(() => open(fileBytes(header, data)))).code).toBe(code);
});

test('refuses a file whose header length is a lie, before reserving memory for it', async () => {
  const bytes = safetensorsBytes({ a: four });
  new DataView(bytes.buffer).setBigUint64(0, 2n ** 60n, true);
  expect((await errorOf(() => open(bytes))).code).toBe('safetensors-header');
  new DataView(bytes.buffer).setBigUint64(0, 1_000_000n, true);
  expect((await errorOf(() => open(bytes))).code).toBe('shard-truncated');
  expect((await errorOf(() => open(bytes.subarray(0, 5)))).code).toBe('shard-truncated');
  expect((await errorOf(() => open(new Uint8Array()))).code).toBe('shard-truncated');
});

test('a cut file says how long it should be', async () => {
  const bytes = safetensorsBytes({ a: four });
  const { code, message } = await errorOf(() => open(bytes.subarray(0, -3)));
  expect(code).toBe('shard-truncated');
  expect(message).toContain(`${bytes.length}`);
});

test('shards may not hold the same tensor, and are closed when one is bad', async () => {
  const closed: string[] = [];
  const source = (name: string) => ({
    ...bytesSource(name, safetensorsBytes({ a: four })),
    close: async () => {
      closed.push(name);
    },
  });
  expect((await errorOf(() => Safetensors.open([source('one'), source('two')]))).code).toBe(
    'safetensors-header',
  );
  expect(closed).toEqual(['one', 'two']);
});

test('an aborted read rejects with the reason', async () => {
  const tensors = await open(safetensorsBytes({ a: four }));
  const reason = new Error('enough');
  await expect(tensors.read('a', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});
