import { untilAborted } from '../until-aborted.js';

/** Lets `count` tasks work at a time; more wait in order, and one whose signal aborts leaves the queue. */
export function slots(
  count: number,
): <T>(task: () => Promise<T>, signal: AbortSignal | undefined) => Promise<T> {
  let free = count;
  const waiting: (() => void)[] = [];
  const give = () => {
    const next = waiting.shift();
    if (next) next();
    else free++;
  };
  return async (task, signal) => {
    signal?.throwIfAborted();
    if (free > 0) free--;
    else await untilAborted(new Promise<void>((resolve) => waiting.push(resolve)), signal, give);
    try {
      return await task();
    } finally {
      give();
    }
  };
}
