import { hostTensor } from '@internvl/backend';
import { describe, expect, test } from 'vitest';
import type { ByteStore } from './byte-store.js';
import { memoryByteStore } from './memory-byte-store.js';
import { readTileFile, tileFile } from './tile-file.js';
import { TileStore } from './tile-store.js';

const tokens = (value: number, rows = 2) =>
  hostTensor('float32', new Float32Array(rows * 3).fill(value), [rows, 3]);

function counting() {
  let time = 0;
  return memoryByteStore({ now: () => time++ });
}

/** Bytes that tokens of two rows take. */
const size = (await tileFile('a', tokens(1))).length;

describe('a file', () => {
  test('gives the numbers back to the last bit', async () => {
    const odd = hostTensor(
      'float32',
      Float32Array.of(-0, 1e-45, Math.PI, Number.NaN, -Infinity, 3e38),
      [3, 2],
    );
    const read = await readTileFile('name', await tileFile('name', odd));
    expect(read?.dims).toEqual([3, 2]);
    expect(new Uint32Array(read!.data.buffer)).toEqual(new Uint32Array(odd.data.buffer));
  });

  test('is refused when any bit is another, when it is cut, when it goes by another name', async () => {
    const file = await tileFile('name', tokens(1));
    for (let at = 0; at < file.length; at++) {
      const damaged = file.slice();
      damaged[at]! ^= 1 << (at % 8);
      expect(await readTileFile('name', damaged)).toBeUndefined();
      expect(await readTileFile('name', file.slice(0, at))).toBeUndefined();
    }
    expect(await readTileFile('other', file)).toBeUndefined();
    expect(await readTileFile('name', Uint8Array.from([...file, 0]))).toBeUndefined();
  });
});

describe('a store', () => {
  test('is for one model, precision and backend', async () => {
    const bytes = memoryByteStore();
    const [one, other] = ['a', 'b'].map((model) => new TileStore(bytes, 1000, model));
    await one!.set('tile', tokens(5));
    expect((await one!.get('tile'))?.data[0]).toBe(5);
    expect(await one!.get('another')).toBeUndefined();
    expect(await other!.get('tile')).toBeUndefined();
    expect((await new TileStore(bytes, 1000, 'a').get('tile'))?.data[0]).toBe(5);
  });

  test('drops what is damaged, and takes it anew', async () => {
    const bytes = memoryByteStore();
    const store = new TileStore(bytes, 1000, 'a');
    await store.set('tile', tokens(5));
    const [{ name } = { name: '' }] = await bytes.list();
    await bytes.write(name, new Uint8Array(40));
    expect(await store.get('tile')).toBeUndefined();
    expect(await bytes.list()).toEqual([]);
    await store.set('tile', tokens(5));
    expect((await store.get('tile'))?.data[0]).toBe(5);
  });

  test('stays within its bytes: what was of use longest ago goes first', async () => {
    const bytes = counting();
    const store = new TileStore(bytes, 3 * size, 'a');
    for (const key of ['one', 'two', 'three']) await store.set(key, tokens(1));
    await store.get('one');
    await store.set('four', tokens(1));
    const kept = await Promise.all(
      ['one', 'two', 'three', 'four'].map(async (key) => !!(await store.get(key))),
    );
    expect(kept).toEqual([true, false, true, true]);
    await store.set('huge', tokens(1, 1000));
    expect((await bytes.list()).length).toBe(3);
  });

  test('minds what other programs wrote', async () => {
    const bytes = counting();
    const stores = Array.from({ length: 3 }, () => new TileStore(bytes, 16 * size, 'a'));
    for (let at = 0; at < 90; at++) {
      await stores[at % 3]!.set(`tile ${at}`, tokens(at));
      const total = (await bytes.list()).reduce((sum, each) => sum + each.bytes, 0);
      // Each looks again after an eighth of the limit.
      expect(total).toBeLessThanOrEqual(16 * size + 3 * 3 * size);
    }
    expect((await stores[0]!.get('tile 89'))?.data[0]).toBe(89);
  });

  test('one that fails is done without', async () => {
    const failing = async () => {
      throw new Error('gone');
    };
    const broken: ByteStore = {
      list: failing,
      read: failing,
      write: failing,
      touch: failing,
      remove: failing,
    };
    const store = new TileStore(broken, 1000, 'a');
    await store.set('tile', tokens(1));
    expect(await store.get('tile')).toBeUndefined();
  });

  test('refuses a limit that is none', () => {
    for (const limit of [-1, Number.NaN]) {
      expect(() => new TileStore(memoryByteStore(), limit, 'a')).toThrow(
        expect.objectContaining({ code: 'invalid-option' }),
      );
    }
  });
});
