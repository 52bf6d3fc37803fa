import { expect, it } from 'vitest';
import { abortable } from './abortable.js';

it('keeps no piece that has gone by', async () => {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let made = 0; made < 400; made++) yield new Uint8Array(1 << 20).fill(made);
  }
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  for await (const piece of abortable(pieces(), new AbortController().signal)) {
    expect(piece.length).toBe(1 << 20);
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  expect(most).toBeLessThan(200 * 2 ** 20);
});

it('lets go in the middle of a wait, and closes the source', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  let closed = false;
  async function* stuck(): AsyncGenerator<number> {
    try {
      yield 1;
      await new Promise((resolve) => setTimeout(resolve, 60_000).unref());
    } finally {
      closed = true;
    }
  }
  const seen: number[] = [];
  const read = async (): Promise<void> => {
    for await (const piece of abortable(stuck(), controller.signal)) {
      seen.push(piece);
      queueMicrotask(() => controller.abort(reason));
    }
  };
  await expect(read()).rejects.toBe(reason);
  expect(seen).toEqual([1]);
  expect(closed).toBe(false);
  async function* two(): AsyncGenerator<number> {
    try {
      yield 1;
      yield 2;
    } finally {
      closed = true;
    }
  }
  for await (const piece of abortable(two(), controller.signal.aborted ? undefined : controller.signal))
    if (piece === 1) break;
  expect(closed).toBe(true);
});
