import { describe, expect, test } from 'vitest';
import { mixtureOrder, orderDigest } from './mixture-order.js';
import { planMixture } from './mixture-plan.js';
import { permutation } from './permutation.js';

describe('a permutation', () => {
  test.each([0, 1, 2, 3, 7, 64, 65, 1000, 4097])('of %i rows gives each once', (size) => {
    const shuffle = permutation(size, [1, 2]);
    const rows = Array.from({ length: size }, (_, place) => shuffle(place));
    expect([...rows].sort((a, b) => a - b)).toEqual(rows.map((_, row) => row));
  });

  test('is another for another seed, and spreads rows', () => {
    const rows = (seed: number) =>
      Array.from({ length: 2000 }, (_, place) => permutation(2000, [seed])(place));
    expect(rows(1)).not.toEqual(rows(2));
    // Of a fair shuffle about one row stays in place, and halves are mixed half and half.
    expect(rows(1).filter((row, place) => row === place).length).toBeLessThan(10);
    const low = rows(1)
      .slice(0, 1000)
      .filter((row) => row < 1000).length;
    expect(Math.abs(low - 500)).toBeLessThan(80);
  });

  test('refuses what is no number of rows', () => {
    expect(() => permutation(-1, [])).toThrow(expect.objectContaining({ code: 'invalid-option' }));
    expect(() => permutation(1.5, [])).toThrow('Expected a number of rows');
  });
});

describe('repeat_time', () => {
  const counts = (rows: number, repeatTime?: number) =>
    planMixture([{ name: 'a', rows, repeatTime }]).sources[0];

  test('below 1 uses the first rows, as trunc(n · r) of the reference', () => {
    expect(counts(10, 0.35)).toMatchObject({ used: 3, count: 3 });
    const rows = [...mixtureOrder(planMixture([{ name: 'a', rows: 10, repeatTime: 0.35 }]))].map(
      ({ row }) => row,
    );
    expect(rows.sort()).toEqual([0, 1, 2]);
  });

  test('from 1 on repeats all rows', () => {
    expect(counts(10)).toMatchObject({ used: 10, count: 10 });
    const plan = planMixture([{ name: 'a', rows: 5, repeatTime: 3 }]);
    const order = [...mixtureOrder(plan)];
    for (const pass of [0, 1, 2]) {
      const rows = order.filter((entry) => entry.pass === pass).map(({ row }) => row);
      expect(rows.sort()).toEqual([0, 1, 2, 3, 4]);
    }
  });

  test('of 1.5 is refused, where the reference asserts or silently truncates', () => {
    expect(() => counts(10, 1.5)).toThrow(
      'Expected repeat_time of a to be a number below 1 or a whole number, got 1.5.',
    );
  });
});

test('√n keeps shares of √rows exactly', () => {
  const plan = planMixture(
    [
      { name: 'big', rows: 900 },
      { name: 'small', rows: 100 },
    ],
    { strategy: 'sqrt', total: 400 },
  );
  expect(plan.sources.map(({ count }) => count)).toEqual([300, 100]);
});

describe('shares', () => {
  const sources = [
    { name: 'caption', rows: 50, share: 0.5 },
    { name: 'ocr', rows: 700, share: 0.3 },
    { name: 'chat', rows: 40, share: 0.2 },
  ];

  test('are exact in the whole and, to within a row or two, in every stretch', () => {
    const plan = planMixture(sources, { strategy: 'shares', total: 1003, seed: 4 });
    expect(plan.total).toBe(1003);
    expect(plan.sources.map(({ count }) => count)).toEqual([501, 301, 201]);
    const given = [0, 0, 0];
    for (const { position, source } of mixtureOrder(plan)) {
      given[source]!++;
      for (const [index, count] of given.entries()) {
        expect(Math.abs(count - (plan.sources[index]!.count / 1003) * (position + 1))).toBeLessThan(2);
      }
    }
  });

  test('need a number each, and rows', () => {
    const strategy = 'shares';
    expect(() => planMixture([{ name: 'a', rows: 3 }], { strategy })).toThrow('share of a');
    expect(() => planMixture([{ name: 'a', rows: 0, share: 1 }], { strategy, total: 5 })).toThrow(
      'rows of a',
    );
    expect(() => planMixture([...sources, ...sources], { strategy })).toThrow('names that differ');
  });
});

describe('the order', () => {
  const plan = planMixture(
    [
      { name: 'a', rows: 37 },
      { name: 'b', rows: 11, repeatTime: 3 },
      { name: 'c', rows: 5 },
    ],
    { seed: 7 },
  );
  const whole = [...mixtureOrder(plan)];

  test('is the same for any number of workers', () => {
    for (const shards of [1, 2, 3, 8]) {
      const parts = Array.from({ length: shards }, (_, shard) => [
        ...mixtureOrder(plan, { shard, shards }),
      ]).flat();
      expect(parts.sort((x, y) => x.position - y.position)).toEqual(whole);
    }
  });

  test('goes on from any place', () => {
    for (const start of [0, 1, 30, whole.length, 100])
      expect([...mixtureOrder(plan, { start })]).toEqual(whole.slice(start));
  });

  test('is another in the next epoch and with another seed', () => {
    const digests = [
      orderDigest(whole),
      orderDigest(mixtureOrder(plan, { epoch: 1 })),
      orderDigest(mixtureOrder({ ...plan, seed: 8 })),
    ];
    expect(new Set(digests).size).toBe(3);
    expect(orderDigest(mixtureOrder(plan))).toBe(digests[0]);
  });

  test('stays what it is', () => {
    expect(orderDigest(whole)).toMatchInlineSnapshot(`"c25a6bfc766c39e6"`);
    expect(whole.slice(0, 6).map(({ source, row }) => [source, row])).toMatchInlineSnapshot(`
      [
        [
          0,
          36,
        ],
        [
          1,
          4,
        ],
        [
          0,
          15,
        ],
        [
          1,
          8,
        ],
        [
          0,
          16,
        ],
        [
          1,
          7,
        ],
      ]
    `);
  });

  test('refuses a shard there is not', () => {
    expect(() => [...mixtureOrder(plan, { shard: 2, shards: 2 })]).toThrow('0 ≤ shard < shards');
  });
});
