import { PassThrough } from 'node:stream';
import type { Chat } from '@internvl/chat';
import { load } from '@internvl/chat/node';
import { expect, test, vi } from 'vitest';
import { main } from '../main.js';

vi.mock('@internvl/chat/node', () => ({ load: vi.fn() }));

test.each([
  [['--running', '12'], 12],
  [['--running', '2'], 2],
  [[], undefined],
])('what %j makes at once runs together in the model', async (args, parallelAnswers) => {
  const stdout = new PassThrough({ encoding: 'utf8' });
  const controller = new AbortController();
  const disposed = vi.fn(async () => {});
  vi.mocked(load).mockResolvedValue({ dispose: disposed } as Partial<Chat> as Chat);
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
