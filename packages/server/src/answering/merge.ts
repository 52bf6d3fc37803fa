/** One value and which of the streams it came from. */
export interface Merged<T> {
  readonly index: number;
  readonly value: T;
}

/** Values of several streams as they come. Leaving early, or a failure of one, leaves all of them. */
export async function* merge<T>(
  streams: readonly AsyncGenerator<T, void, void>[],
): AsyncGenerator<Merged<T>, void, void> {
  const next = async (index: number) => ({ index, ...(await streams[index]!.next()) });
  const pending = new Map(streams.map((_, index) => [index, next(index)]));
  try {
    while (pending.size > 0) {
      const { index, done, value } = await Promise.race(pending.values());
      if (done) {
        pending.delete(index);
        continue;
      }
      yield { index, value };
      pending.set(index, next(index));
    }
  } finally {
    const waiting = [...pending.values()];
    await Promise.allSettled([...waiting, ...streams.map((stream) => stream.return())]);
  }
}
