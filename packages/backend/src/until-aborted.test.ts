import { describe, expect, it } from 'vitest';
import { untilAborted } from './until-aborted.js';

const fail = () => expect.unreachable('nothing to drop');

describe('untilAborted', () => {
  it('settles as the work does', async () => {
    const { signal } = new AbortController();
    expect(await untilAborted(Promise.resolve(1), signal, fail)).toBe(1);
    await expect(untilAborted(Promise.reject(new Error('no')), signal, fail)).rejects.toThrow('no');
    expect(await untilAborted(Promise.resolve(1), undefined, fail)).toBe(1);
  });

  it('rejects with the reason at once and drops what comes later', async () => {
    const controller = new AbortController();
    const dropped: number[] = [];
    let finish: (value: number) => void = () => {};
    const work = new Promise<number>((resolve) => {
      finish = resolve;
    });
    const result = untilAborted(work, controller.signal, (late) => dropped.push(late));
    controller.abort('enough');
    await expect(result).rejects.toBe('enough');
    expect(dropped).toEqual([]);
    finish(7);
    await work;
    expect(dropped).toEqual([7]);
  });

  it('rejects when the signal was aborted before', async () => {
    const dropped: number[] = [];
    const result = untilAborted(Promise.resolve(1), AbortSignal.abort('before'), (late) =>
      dropped.push(late),
    );
    await expect(result).rejects.toBe('before');
    expect(dropped).toEqual([1]);
  });
});
