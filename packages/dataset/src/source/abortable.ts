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
  let onAbort = () => {};
  const aborted =
    signal === undefined
      ? undefined
      : new Promise<never>((_, reject) => {
          onAbort = () => reject(signal.reason);
          signal.addEventListener('abort', onAbort, { once: true });
        });
  // Nobody may be waiting when the signal fires.
  aborted?.catch(() => undefined);
  let finished = false;
  try {
    for (;;) {
      const next = await (aborted === undefined ? iterator.next() : Promise.race([iterator.next(), aborted]));
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
