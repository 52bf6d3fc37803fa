interface OrderedMapOptions {
  /** Most items under way or waiting for an earlier one. */
  readonly window: number;
  /** Told when an item failed, with why: let what is under way end. */
  readonly onFailure: (reason: unknown) => void;
  /** Told when the caller leaves the loop early: nobody waits for what is under way. */
  readonly onLeave: () => void;
}

/**
 * Works on several items at once and gives the results in order of the items. When one fails, or the loop is left, no
 * further item is taken and the work under way is awaited before the stream ends.
 */
export async function* orderedMap<Item, Result>(
  items: AsyncIterable<Item>,
  work: (item: Item, index: number) => Promise<Result>,
  { window, onFailure, onLeave }: OrderedMapOptions,
): AsyncGenerator<Result, void, void> {
  const iterator = items[Symbol.asyncIterator]();
  const pending: Promise<Result>[] = [];
  let state: 'open' | 'exhausted' = 'open';
  let ended = false;
  try {
    for (let index = 0; ; ) {
      while (state === 'open' && pending.length < window) {
        const next = await iterator.next();
        if (next.done === true) state = 'exhausted';
        else {
          const result = work(next.value, index++);
          // A failure is met where it is awaited; until then it must not count as unhandled.
          result.catch(() => {});
          pending.push(result);
        }
      }
      const first = pending.shift();
      if (first === undefined) break;
      yield await first;
    }
    ended = true;
  } catch (error) {
    ended = true;
    onFailure(error);
    throw error;
  } finally {
    if (!ended) onLeave();
    await Promise.allSettled(pending);
    if (state === 'open') await iterator.return?.();
  }
}
