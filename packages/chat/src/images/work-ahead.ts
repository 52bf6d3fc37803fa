/**
 * Does the same with each item and gives the results in order, while it works at the next ones: at most `most` at a time. The
 * first fault ends it at its place; leaving it aborts what is under way.
 */
export async function* workAhead<T, R>(
  items: readonly T[],
  work: (item: T, signal: AbortSignal) => Promise<R>,
  { most, signal }: { readonly most: number; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<R, void, void> {
  const leaving = new AbortController();
  const ending = AbortSignal.any(signal ? [signal, leaving.signal] : [leaving.signal]);
  const underway: Promise<R>[] = [];
  let begun = 0;
  const begin = () => {
    const result = work(items[begun++]!, ending);
    // Told when its turn comes.
    result.catch(() => {});
    underway.push(result);
  };
  try {
    while (begun < items.length && underway.length < most) begin();
    for (let result = underway.shift(); result; result = underway.shift()) {
      const value = await result;
      if (begun < items.length) begin();
      yield value;
    }
  } finally {
    leaving.abort();
  }
}
