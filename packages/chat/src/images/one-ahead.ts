import { breath } from '../breath.js';

/**
 * What a source gives, each next one made in a later task, while the caller works with the one before: a run in the
 * background begins first. Ends the source when it is left.
 */
export async function* oneAhead<T>(source: AsyncGenerator<T, void, void>): AsyncGenerator<T, void, void> {
  let left = false;
  const later = async (): Promise<IteratorResult<T, void>> => {
    await breath();
    return left ? { done: true, value: undefined } : source.next();
  };
  let next = source.next();
  try {
    for (;;) {
      const { done, value } = await next;
      if (done) return;
      next = later();
      // Told when it is asked for.
      next.catch(() => {});
      yield value;
    }
  } finally {
    left = true;
    await source.return();
  }
}
