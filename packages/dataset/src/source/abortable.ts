/**
 * A stream whose reader is let go when the consumer leaves or the signal fires, also in the middle of a wait.
 *
 * @throws `signal.reason` when aborted
 */
export async function* abortable<T>(
  stream: AsyncIterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, void, undefined> {
  signal?.throwIfAborted();
  const iterator = stream[Symbol.asyncIterator]();
  // Of the wait that is on. A race against one promise for all waits would keep every piece in memory until the end.
  let stop: ((reason: unknown) => void) | undefined;
  const onAbort = () => stop?.(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  const step = (): Promise<IteratorResult<T>> => {
    if (signal === undefined) return iterator.next();
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      stop = reject;
      iterator.next().then(resolve, reject);
    });
  };
  let finished = false;
  try {
    for (;;) {
      const next = await step();
      if (next.done) {
        finished = true;
        return;
      }
      yield next.value;
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    // A source that is stuck in a read can't be awaited.
    if (!finished) {
      const end = iterator.return?.();
      if (signal?.aborted) end?.catch(() => undefined);
      else await end;
    }
  }
}
