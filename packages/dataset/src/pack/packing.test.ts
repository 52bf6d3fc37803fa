import { describe, expect, test } from 'vitest';
import { randomStream } from '../synth/random.js';
import { collect } from '../testing/collect.js';
import { packBestFit } from './best-fit.js';
import { packFirstFit } from './first-fit.js';
import type { PackItem } from './pack-item.js';
import { packCounter } from './pack-statistics.js';

const packers = [
  ['first fit', packFirstFit],
  ['best fit', packBestFit],
] as const;

function randomItems(seed: number, count: number): PackItem[] {
  const random = randomStream(seed, 'items');
  const below = (n: number) => random.integer(0, n - 1);
  let next = 1;
  return Array.from({ length: count }, (_, index) => {
    const ids = Array.from({ length: 1 + below(40) }, () => next++);
    const from = below(ids.length + 1);
    return {
      id: `s${index}`,
      ids,
      labels: ids.map((id, at) => (at < from ? -100 : id)),
      tiles: below(6),
    };
  });
}

describe.each(packers)('%s', (_, pack) => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('loses, doubles and masks nothing (seed %i)', async (seed) => {
    const items = randomItems(seed, 300);
    const limits = { maxTokens: 64 + seed, maxTiles: 8 };
    const packs = await collect(pack(items, { ...limits, openPacks: seed, lossReduction: 'sample' }));
    const found = new Map<string, { ids: number[]; labels: number[]; tiles: number }>();
    for (const made of packs) {
      expect(made.ids.length).toBeLessThanOrEqual(limits.maxTokens);
      expect(made.tiles.reduce((sum, tiles) => sum + Math.max(tiles, 1), 0)).toBeLessThanOrEqual(
        limits.maxTiles,
      );
      expect(made.cuSeqlens.at(-1)).toBe(made.ids.length);
      for (const [index, id] of made.samples.entries()) {
        const range = [made.cuSeqlens[index]!, made.cuSeqlens[index + 1]!] as const;
        expect(found.has(id)).toBe(false);
        const labels = made.labels.slice(...range);
        found.set(id, { ids: made.ids.slice(...range), labels, tiles: made.tiles[index]! });
        expect(made.positions.slice(...range)).toEqual(labels.map((_label, at) => at));
        expect(new Set(made.sampleIndex.slice(...range))).toEqual(new Set([index]));
        const trained = labels.filter((label) => label !== -100).length;
        const sum = made.lossWeights.slice(...range).reduce((total, weight) => total + weight, 0);
        expect(sum).toBeCloseTo(trained === 0 ? 0 : 1, 6);
      }
    }
    expect(found.size).toBe(items.length);
    for (const { id, ...item } of items) expect(found.get(id)).toEqual(item);
  });

  test('is the same on every run', async () => {
    const options = { maxTokens: 100, maxTiles: 9 };
    const first = await collect(pack(randomItems(9, 200), options));
    expect(await collect(pack(randomItems(9, 200), options))).toEqual(first);
  });

  test('reports a sample that fits no pack, and goes on', async () => {
    const items: PackItem[] = [
      { id: 'a', ids: [1, 2], labels: [-100, 2], tiles: 1 },
      { id: 'long', ids: Array<number>(11).fill(3), labels: Array<number>(11).fill(3), tiles: 1 },
      { id: 'tiled', ids: [4], labels: [4], tiles: 5 },
      { id: 'b', ids: [5], labels: [5], tiles: 0 },
    ];
    const left: string[] = [];
    const options = { maxTokens: 10, maxTiles: 4 };
    const packs = await collect(pack(items, { ...options, onTooLarge: ({ id }) => left.push(id) }));
    expect(left).toEqual(['long', 'tiled']);
    expect(packs.flatMap(({ samples }) => samples).sort()).toEqual(['a', 'b']);
    await expect(collect(pack(items, options))).rejects.toMatchObject({
      code: 'sample-too-large',
      facts: { id: 'long', tokens: 11, maxTokens: 10 },
    });
  });

  test('refuses limits below 1 and labels that do not belong to the ids', async () => {
    await expect(collect(pack([], { maxTokens: 0 }))).rejects.toMatchObject({ code: 'invalid-option' });
    const uneven = [{ id: 'x', ids: [1, 2], labels: [1], tiles: 0 }];
    await expect(collect(pack(uneven))).rejects.toMatchObject({ code: 'invalid-option', facts: { id: 'x' } });
  });

  test('stops when it is aborted', async () => {
    const reason = new Error('enough');
    await expect(collect(pack(randomItems(1, 3), { signal: AbortSignal.abort(reason) }))).rejects.toBe(
      reason,
    );
  });
});

test('best fit fills packs better than first fit', async () => {
  const items = randomItems(12, 2000).map((item) => ({ ...item, tiles: 0 }));
  const limits = { maxTokens: 48, maxTiles: 48 };
  const used = async (pack: typeof packBestFit | typeof packFirstFit) => {
    const counter = packCounter(limits);
    for await (const made of pack(items, limits)) counter.count(made);
    return counter.statistics();
  };
  const [best, first] = [await used(packBestFit), await used(packFirstFit)];
  expect(best.tokenUtilisation).toBeGreaterThan(first.tokenUtilisation);
  expect(best.tokenUtilisation).toBeGreaterThan(0.97);
  expect(best).toMatchObject({ samples: 2000, tokens: first.tokens, trainedTokens: first.trainedTokens });
});
