/** Lets one in at a time, in order of arrival. */
export class Turnstile {
  #last: Promise<void> = Promise.resolve();

  /**
   * Waits for its turn; call the result to let the next one in.
   *
   * @throws `signal.reason` when aborted while waiting; the place is then given up
   */
  async enter(signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    const before = this.#last;
    let release = () => {};
    const done = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#last = before.then(() => done);
    let abort = () => {};
    const aborted = new Promise<never>((_, reject) => {
      abort = () => reject(signal?.reason);
      signal?.addEventListener('abort', abort, { once: true });
    });
    try {
      await Promise.race([before, aborted]);
      return release;
    } catch (reason) {
      release();
      throw reason;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }
}
