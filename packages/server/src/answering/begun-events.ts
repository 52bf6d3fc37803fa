/**
 * A stream that has got as far as its first event of interest, so that what is wrong with a request before that (a
 * prompt too long, a broken image) becomes a plain error with its own status.
 */
export async function begunEvents<T>(
  events: AsyncGenerator<T, void, void>,
  begins: (event: T) => boolean,
): Promise<AsyncGenerator<T, void, void>> {
  for (;;) {
    const { done, value } = await events.next();
    if (done) return events;
    if (begins(value)) return following(value, events);
  }
}

async function* following<T>(first: T, events: AsyncGenerator<T, void, void>): AsyncGenerator<T, void, void> {
  try {
    yield first;
    yield* events;
  } finally {
    await events.return();
  }
}
