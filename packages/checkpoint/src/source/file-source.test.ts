import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Safetensors } from '../safetensors/safetensors.js';
import { errorOf } from '../testing/error-of.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { fileSource } from './file-source.js';

test('reads behind 2 GiB and behind 4 GiB', async () => {
  const path = join(await temporaryFolder(), 'large.safetensors');
  const rows = 5 * 2 ** 20;
  const bytes = rows * 1024;
  const header = JSON.stringify({
    large: { dtype: 'F32', shape: [rows, 256], data_offsets: [0, bytes] },
    last: { dtype: 'F32', shape: [2], data_offsets: [bytes, bytes + 8] },
  });
  const start = 8 + header.length;
  const handle = await open(path, 'w');
  const prefix = new DataView(new ArrayBuffer(8));
  prefix.setBigUint64(0, BigInt(header.length), true);
  await handle.write(new Uint8Array(prefix.buffer), 0, 8, 0);
  await handle.write(header, 8);
  const mark = async (value: number, position: number) => {
    await handle.write(new Uint8Array(Float32Array.of(value).buffer), 0, 4, position);
  };
  const row = 3 * 2 ** 20;
  await mark(2.5, start + row * 1024 + 4);
  await mark(4.5, start + bytes - 4);
  await mark(8.5, start + bytes + 4);
  await handle.close();

  const tensors = await Safetensors.open([await fileSource(path, 'large.safetensors')]);
  expect([...(await tensors.readRows('large', row, 1)).subarray(0, 3)]).toEqual([0, 2.5, 0]);
  expect((await tensors.readRows('large', rows - 1, 1)).at(-1)).toBe(4.5);
  expect(await tensors.read('last')).toEqual(Float32Array.of(0, 8.5));
  await tensors.close();
});

test('a file that shrinks while it is open is noticed', async () => {
  const path = join(await temporaryFolder(), 'file');
  const writer = await open(path, 'w');
  await writer.writeFile(new Uint8Array(100));
  const source = await fileSource(path, 'file');
  await writer.truncate(40);
  await writer.close();
  expect((await errorOf(() => source.read(0, 60))).code).toBe('shard-truncated');
  expect((await errorOf(() => source.read(90, 60))).code).toBe('shard-truncated');
  expect(await source.read(0, 40)).toEqual(new Uint8Array(40));
  await source.close();
  await source.close();
});
