import { PassThrough } from 'node:stream';
import type { Chat } from '@internvl/chat';
import { load } from '@internvl/chat/node';
import { beforeEach, expect, test, vi } from 'vitest';
import { main } from '../main.js';

vi.mock('@internvl/chat/node', () => ({ load: vi.fn() }));

beforeEach(() => {
  vi.mocked(load).mockReset();
});

/** A chat that can be disposed, and nothing else. */
function chat(dispose: () => Promise<void>): Chat {
  return { dispose } as Partial<Chat> as Chat;
}

test.each([
  [['--running', '12'], 12],
  [['--running', '2'], 2],
  [[], undefined],
])('what %j makes at once runs together in the model', async (args, parallelAnswers) => {
  const stdout = new PassThrough({ encoding: 'utf8' });
  const controller = new AbortController();
  const disposed = vi.fn(async () => {});
  vi.mocked(load).mockResolvedValue(chat(disposed));
  // Once it listens, it may end.
  stdout.once('data', () => controller.abort());
  const status = await main(['serve', 'nano', '--port', '0', '--json', ...args], {
    stdin: new PassThrough().end(),
    stdout,
    stderr: new PassThrough().resume(),
    env: {},
    signal: controller.signal,
  });
  expect(status).toBe(0);
  expect(vi.mocked(load).mock.lastCall?.[1]).toMatchObject({ parallelAnswers });
  expect(disposed).toHaveBeenCalledOnce();
});

test('models are loaded again one at a time, and none is left behind', async () => {
  const stdout = new PassThrough({ encoding: 'utf8' });
  const stderr = new PassThrough({ encoding: 'utf8' });
  const controller = new AbortController();
  const disposed: number[] = [];
  let [loads, loading, most, notes] = [0, 0, 0, ''];
  vi.mocked(load).mockImplementation(async () => {
    const number = ++loads;
    loading++;
    most = Math.max(most, loading);
    await new Promise((resolve) => setImmediate(resolve));
    loading--;
    if (number === 3) throw new Error('no such file');
    return chat(async () => {
      disposed.push(number);
    });
  });
  stdout.once('data', () => {
    for (let time = 0; time < 4; time++) process.emit('SIGHUP');
  });
  stderr.on('data', (text: string) => {
    notes += text;
    // While the last one is still on its way.
    if (notes.includes('stays as it was')) controller.abort();
  });
  const surroundings = { stdin: new PassThrough().end(), stdout, stderr, env: {}, signal: controller.signal };
  expect(await main(['serve', 'nano', '--port', '0', '--json'], surroundings)).toBe(0);
  expect([loads, most]).toEqual([5, 1]);
  expect(disposed.toSorted()).toEqual([1, 2, 4, 5]);
  expect(notes).toContain('no such file');
});
