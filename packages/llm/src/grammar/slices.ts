/** Work that stops now and then, so that something else can have its turn. */
export type Slices<T> = Generator<void, T, void>;

/** Lets others have their turn: resolves in a later task. */
export type Pause = () => Promise<void>;

/** Does all of the work at once. */
export function atOnce<T>(work: Slices<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** Does the work with a pause wherever it stops; what it comes to. */
export async function inSlices<T>(work: Slices<T>, pause: Pause): Promise<T> {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    await pause();
  }
}
