import { describe, expect, it } from 'vitest';
import { defaultThreads, usableThreads } from './threads.js';
import type { WebNotice } from './web-backend-options.js';

const scope = (crossOriginIsolated: boolean, hardwareConcurrency: number) => {
  return { crossOriginIsolated, navigator: { hardwareConcurrency } };
};

function threads(wanted: number | undefined, ...facts: Parameters<typeof scope>) {
  const notices: WebNotice[] = [];
  const found = usableThreads(wanted, scope(...facts), (notice) => notices.push(notice));
  return [found, notices.map(({ code }) => code)];
}

describe('threads', () => {
  it.each([
    [16, 4],
    [6, 3],
    [2, 1],
    [1, 1],
    [0, 1],
  ])('of %i cores are %i', (cores, expected) => {
    expect(defaultThreads(scope(true, cores))).toBe(expected);
    expect(defaultThreads(scope(false, cores))).toBe(1);
  });

  it('are those asked for where the page is isolated', () => {
    expect(threads(3, true, 2)).toEqual([3, []]);
    expect(threads(undefined, true, 8)).toEqual([4, []]);
  });

  it('are one elsewhere, with a notice unless one was asked for', () => {
    expect(threads(3, false, 8)).toEqual([1, ['one-thread']]);
    expect(threads(undefined, false, 8)).toEqual([1, ['one-thread']]);
    expect(threads(1, false, 8)).toEqual([1, []]);
  });

  it.each([0, -1, 1.5, Number.NaN])('of %d are refused', (wanted) => {
    expect(() => threads(wanted, true, 8)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  });
});
