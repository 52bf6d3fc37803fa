import { expect, test } from 'vitest';
import { Turnstile } from './turnstile.js';

test('one at a time, in order', async () => {
  const turnstile = new Turnstile();
  const seen: string[] = [];
  const visit = async (name: string) => {
    const leave = await turnstile.enter();
    seen.push(`${name} in`);
    await Promise.resolve();
    seen.push(`${name} out`);
    leave();
  };
  await Promise.all(['a', 'b', 'c'].map(visit));
  expect(seen).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
});

test('who is aborted while waiting gives up the place', async () => {
  const turnstile = new Turnstile();
  const leave = await turnstile.enter();
  const controller = new AbortController();
  const waiting = turnstile.enter(controller.signal);
  const next = turnstile.enter();
  controller.abort('enough');
  await expect(waiting).rejects.toBe('enough');
  leave();
  (await next)();
});

test('an aborted signal does not even wait', async () => {
  await expect(new Turnstile().enter(AbortSignal.abort('no'))).rejects.toBe('no');
});
