import { expect, test } from 'vitest';
import { arrayMatrix, readAll } from '../testing/matrices.js';
import { interleaveRows, scaleBy, scaleRows, stackRows } from './matrix.js';
import { pickColumns, pickRows } from './segments.js';

const steps = [1, 2, 3, 100];

test.each(steps)('stacks matrices, read in blocks of %i rows', async (step) => {
  const stacked = stackRows('s', [
    arrayMatrix('a', 2, 2),
    arrayMatrix('b', 1, 2, 10),
    arrayMatrix('c', 3, 2, 20),
  ]);
  const rows = [
    [0, 1],
    [2, 3],
    [10, 11],
    [20, 21],
    [22, 23],
    [24, 25],
  ];
  expect(await readAll(stacked, step)).toEqual(rows);
});

test.each(steps)('interleaves rows, read in blocks of %i rows', async (step) => {
  const both = interleaveRows('i', arrayMatrix('a', 2, 2), arrayMatrix('b', 2, 2, 10));
  const rows = [
    [0, 1],
    [10, 11],
    [2, 3],
    [12, 13],
  ];
  expect(await readAll(both, step)).toEqual(rows);
});

test.each(steps)('picks, repeats and pads rows, read in blocks of %i rows', async (step) => {
  const picked = pickRows(arrayMatrix('a', 4, 1), [
    { first: 2, count: 2 },
    { count: 1 },
    { first: 1, count: 2 },
  ]);
  expect(await readAll(picked, step)).toEqual([[2], [3], [0], [1], [2]]);
});

test('picks and pads columns', async () => {
  const picked = pickColumns(arrayMatrix('a', 2, 3), [
    { first: 1, count: 2 },
    { count: 1 },
    { first: 0, count: 1 },
  ]);
  expect(await readAll(picked)).toEqual([
    [1, 2, 0, 0],
    [4, 5, 0, 3],
  ]);
});

test('scales rows and everything', async () => {
  const scaled = scaleRows(arrayMatrix('a', 3, 2), arrayMatrix('scale', 3, 1, 1));
  expect(await readAll(scaled, 2)).toEqual([
    [0, 1],
    [4, 6],
    [12, 15],
  ]);
  expect(await readAll(scaleBy(arrayMatrix('a', 1, 3), 0.5))).toEqual([[0, 0.5, 1]]);
});
