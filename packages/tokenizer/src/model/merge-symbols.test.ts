import { describe, expect, test } from 'vitest';
import { seededRandom } from '../testing/random.js';
import { mergeSymbols } from './merge-symbols.js';
import { mergeTable } from './merge-table.js';

/** The rule, as plainly as it can be said. */
function plainly(
  merges: ReadonlyMap<string, readonly [rank: number, result: number]>,
  symbols: readonly number[],
): number[] {
  const list = [...symbols];
  for (;;) {
    let best = -1;
    let lowest = Number.POSITIVE_INFINITY;
    for (let i = 0; i + 1 < list.length; i++) {
      const rank = merges.get(`${list[i]} ${list[i + 1]}`)?.[0] ?? Number.POSITIVE_INFINITY;
      if (rank < lowest) [lowest, best] = [rank, i];
    }
    if (best < 0) return list;
    list.splice(best, 2, merges.get(`${list[best]} ${list[best + 1]}`)![1]);
  }
}

describe.each([
  ['short', 40],
  ['long', 400],
])('%s input', (_, length) => {
  test('merges the lowest rank first, the leftmost of equal ones', () => {
    const random = seededRandom(length);
    const number = (below: number): number => Math.floor(random() * below);
    for (let round = 0; round < 40; round++) {
      const table = mergeTable(4);
      const merges = new Map<string, readonly [number, number]>();
      for (let i = 0; i < 60; i++) {
        const [left, right, rank, result] = [number(12), number(12), number(20), number(12)];
        const key = `${left} ${right}`;
        table.add(left, right, rank, result);
        if (!merges.has(key) || merges.get(key)![0] > rank) merges.set(key, [rank, result]);
      }
      const symbols = Array.from({ length: number(length) }, () => number(12));
      const buffer = Int32Array.from(symbols);
      const left = mergeSymbols(table, buffer, symbols.length);
      expect([...buffer.subarray(0, left)]).toEqual(plainly(merges, symbols));
    }
  });
});
