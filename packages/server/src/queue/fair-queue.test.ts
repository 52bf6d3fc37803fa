import { describe, expect, test } from 'vitest';
import { FairQueue } from './fair-queue.js';

const never = new AbortController().signal;
const queue = (running: number, waiting: number) => new FairQueue({ running, waiting, clock: () => 0 });

/** Starts and notes the order. */
function starter(fair: FairQueue) {
  const order: string[] = [];
  const start = (client: string, name: string, units = 1, signal = never) => {
    const ticket = fair.enter(client);
    const started = ticket.start(units, signal).then(() => order.push(name));
    return { ...ticket, started };
  };
  return { order, start };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a fair queue', () => {
  test('lets clients take turns', async () => {
    const fair = queue(1, 10);
    const { order, start } = starter(fair);
    const names = ['a1', 'a2', 'a3', 'b1', 'c1', 'b2'];
    const tickets = new Map(names.map((name) => [name, start(name.slice(0, 1), name)]));
    expect([fair.running, fair.waiting]).toEqual([1, 5]);
    for (let done = 0; done < names.length; done++) {
      await turn();
      tickets.get(order.at(-1)!)!.leave();
    }
    expect(order).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2']);
    expect([fair.running, fair.waiting]).toEqual([0, 0]);
  });

  test('is bounded, and says when to come again', async () => {
    const fair = queue(1, 1);
    const { start } = starter(fair);
    start('a', 'a1');
    start('a', 'a2');
    expect(() => fair.enter('a')).toThrow(
      expect.objectContaining({ status: 429, headers: { 'retry-after': '2' } }),
    );
  });

  test('a client with many gives way to one with few', async () => {
    const fair = queue(1, 2);
    const { order, start } = starter(fair);
    const first = start('a', 'a1');
    const second = start('a', 'a2');
    const third = start('a', 'a3');
    const refused = expect(third.started).rejects.toMatchObject({ status: 429 });
    start('b', 'b1');
    await refused;
    // Now both have one waiting: nobody gives way.
    expect(() => fair.enter('c').leave()).toThrow(expect.objectContaining({ status: 429 }));
    first.leave();
    await turn();
    second.leave();
    await turn();
    expect(order).toEqual(['a1', 'a2', 'b1']);
  });

  test('who stops waiting is out, and those behind go on', async () => {
    const fair = queue(1, 5);
    const { order, start } = starter(fair);
    const first = start('a', 'a1');
    const controller = new AbortController();
    const second = start('b', 'b1', 1, controller.signal);
    start('c', 'c1');
    controller.abort('bored');
    await expect(second.started).rejects.toBe('bored');
    second.leave();
    first.leave();
    await turn();
    expect(order).toEqual(['a1', 'c1']);
    await expect(fair.enter('d').start(1, controller.signal)).rejects.toBe('bored');
  });

  test('a large request is not passed by small ones forever, and one too large takes all', async () => {
    const fair = queue(4, 10);
    const { order, start } = starter(fair);
    const first = start('a', 'three', 3);
    const large = start('b', 'hundred', 100);
    start('c', 'one');
    await turn();
    expect(order).toEqual(['three']);
    first.leave();
    await turn();
    expect(order).toEqual(['three', 'hundred']);
    expect(fair.running).toBe(4);
    large.leave();
    large.leave();
    await turn();
    expect(order).toEqual(['three', 'hundred', 'one']);
    expect(fair.running).toBe(1);
  });
});
