import { describe, expect, test } from 'vitest';
import { breath } from '../breath.js';
import { oneAhead } from './one-ahead.js';
import { workAhead } from './work-ahead.js';

/** Work whose pieces end when they are told to. */
function pieces() {
  const begun: number[] = [];
  const ends = new Map<number, { resolve(value: string): void; reject(error: unknown): void }>();
  const signals: AbortSignal[] = [];
  const work = (item: number, signal: AbortSignal) => {
    begun.push(item);
    signals.push(signal);
    return new Promise<string>((resolve, reject) => {
      ends.set(item, { resolve, reject });
    });
  };
  return { begun, ends, signals, work };
}

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const given: T[] = [];
  for await (const value of source) given.push(value);
  return given;
}

describe('work ahead', () => {
  test('gives results in order, however they end, with so many under way', async () => {
    const { begun, ends, work } = pieces();
    const results = all(workAhead([1, 2, 3, 4, 5], work, { most: 3 }));
    await breath();
    expect(begun).toEqual([1, 2, 3]);
    ends.get(3)!.resolve('c');
    ends.get(2)!.resolve('b');
    await breath();
    expect(begun).toEqual([1, 2, 3]);
    ends.get(1)!.resolve('a');
    await breath();
    expect(begun).toEqual([1, 2, 3, 4, 5]);
    ends.get(5)!.resolve('e');
    ends.get(4)!.resolve('d');
    expect(await results).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('ends with the first fault at its place, and aborts what is under way', async () => {
    const { ends, signals, work } = pieces();
    const fault = new Error('unreadable');
    const given: string[] = [];
    const reading = (async () => {
      for await (const value of workAhead([1, 2, 3], work, { most: 3 })) given.push(value);
    })();
    await breath();
    ends.get(2)!.reject(fault);
    ends.get(1)!.resolve('a');
    await expect(reading).rejects.toBe(fault);
    expect(given).toEqual(['a']);
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
  });

  test('leaving it aborts, and a reason comes through untouched', async () => {
    const { ends, signals, work } = pieces();
    const controller = new AbortController();
    const results = workAhead([1, 2], work, { most: 2, signal: controller.signal });
    const first = results.next();
    ends.get(1)!.resolve('a');
    await first;
    await results.return();
    expect(signals[1]!.aborted).toBe(true);
    const reason = new Error('no more');
    controller.abort(reason);
    const rejecting = workAhead([1], async (_, signal) => signal.throwIfAborted(), {
      most: 2,
      signal: controller.signal,
    });
    await expect(rejecting.next()).rejects.toBe(reason);
  });

  test('nothing is no work', async () => {
    expect(await all(workAhead([], async () => 1, { most: 3 }))).toEqual([]);
  });
});

describe('one ahead', () => {
  function source(fault?: Error) {
    const seen = { made: 0, closed: false };
    async function* numbers() {
      try {
        for (let at = 0; at < 3; at++) {
          seen.made++;
          if (fault && at === 2) throw fault;
          yield at;
        }
      } finally {
        seen.closed = true;
      }
    }
    return { seen, numbers: oneAhead(numbers()) };
  }

  test('makes the next value while the caller has the one before, not at once', async () => {
    const { seen, numbers } = source();
    expect((await numbers.next()).value).toBe(0);
    expect(seen.made).toBe(1);
    await breath();
    await breath();
    expect(seen.made).toBe(2);
    await breath();
    expect(seen.made).toBe(2);
    expect(await all(numbers)).toEqual([1, 2]);
    expect(seen).toEqual({ made: 3, closed: true });
  });

  test('ends the source when it is left, and makes no more', async () => {
    const { seen, numbers } = source();
    await numbers.next();
    await numbers.return();
    await breath();
    expect(seen).toEqual({ made: 1, closed: true });
  });

  test('tells a fault at its place', async () => {
    const fault = new Error('cut short');
    const { numbers } = source(fault);
    await numbers.next();
    await numbers.next();
    await breath();
    await breath();
    await expect(numbers.next()).rejects.toBe(fault);
  });
});
