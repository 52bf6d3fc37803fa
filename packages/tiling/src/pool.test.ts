import { afterAll, describe, expect, it } from 'vitest';
import { formula } from '../test/fixtures.js';
import { createTilePool, tilesInParallel } from './pool.js';
import { type Tile, tiles } from './tiles.js';

async function all(source: AsyncIterable<Tile>): Promise<Tile[]> {
  const made: Tile[] = [];
  for await (const tile of source) made.push(tile);
  return made;
}

const image = formula(700, 500);

describe('a pool', () => {
  const pool = createTilePool({ workers: 2 });
  afterAll(() => pool.close());

  it('gives what tiles gives, in order, for image after image', async () => {
    for (const options of [{ tileSize: 112 }, { tileSize: 56, maxTiles: 1 }, { tileSize: 3, maxTiles: 40 }]) {
      expect(await all(pool.tiles(image, options))).toEqual(await all(tiles(image, options)));
    }
  });

  it('takes both orders of passes, shared memory and several images at once', async () => {
    const tall = formula(30, 900);
    const shared = new Uint8Array(new SharedArrayBuffer(tall.data.length));
    shared.set(tall.data);
    const order = 'horizontal-first' as const;
    const [first, second, third] = await Promise.all([
      all(pool.tiles({ ...tall, data: shared }, { tileSize: 56 })),
      all(pool.tiles(tall, { tileSize: 56 }, { order })),
      all(pool.tiles(image, { tileSize: 56 })),
    ]);
    expect(first).toEqual(await all(tiles(tall, { tileSize: 56 })));
    expect(second).toEqual(await all(tiles(tall, { tileSize: 56 }, { order })));
    expect(second).not.toEqual(first);
    expect(third).toEqual(await all(tiles(image, { tileSize: 56 })));
  });

  it('tells progress', async () => {
    const seen: number[] = [];
    await all(
      pool.tiles(image, { tileSize: 28, maxTiles: 6 }, { onProgress: ({ loaded }) => seen.push(loaded) }),
    );
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('goes on after a break and after an abort, whose reason comes untouched', async () => {
    for await (const tile of pool.tiles(image)) if (tile.index === 1) break;
    const reason = new Error('enough');
    await expect(all(pool.tiles(image, {}, { signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
    const controller = new AbortController();
    const run = all(pool.tiles(image, {}, { signal: controller.signal }));
    setImmediate(() => controller.abort(reason));
    await expect(run).rejects.toBe(reason);
    expect(await all(pool.tiles(image, { tileSize: 28 }))).toHaveLength(13);
  });

  it('refuses what tiles refuses', async () => {
    await expect(all(pool.tiles({ ...image, width: 3 }))).rejects.toMatchObject({ code: 'shape-mismatch' });
    await expect(all(pool.tiles(image, { maxTiles: 99 }))).rejects.toMatchObject({ code: 'invalid-option' });
  });
});

it('a closed pool says so, also to who waits', async () => {
  const pool = createTilePool({ workers: 1 });
  const waiting = expect(all(pool.tiles(image))).rejects.toMatchObject({ code: 'pool-closed' });
  await pool.close();
  await waiting;
  await pool.close();
  await expect(all(pool.tiles(image))).rejects.toMatchObject({ code: 'pool-closed' });
});

it('tilesInParallel brings its own workers', async () => {
  const options = { tileSize: 56 };
  expect(await all(tilesInParallel(image, options, { workers: 2 }))).toEqual(
    await all(tiles(image, options)),
  );
  expect(() => createTilePool({ workers: 0 })).toThrow(expect.objectContaining({ code: 'invalid-option' }));
});
