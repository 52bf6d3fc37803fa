/** A signal of one's own, and how to be done with it. */
interface Fork {
  readonly signal: AbortSignal;
  release(): void;
}

/** One listener on a signal for any number of waiters; runtimes take more than ten for a leak. */
export class AbortFan {
  readonly #parent: AbortSignal;
  readonly #forks = new Set<AbortController>();

  constructor(parent: AbortSignal) {
    this.#parent = parent;
    parent.addEventListener('abort', () => this.#abort(), { once: true });
  }

  /** A signal that aborts with the parent. */
  fork(): Fork {
    const controller = new AbortController();
    if (this.#parent.aborted) controller.abort(this.#parent.reason);
    this.#forks.add(controller);
    return { signal: controller.signal, release: () => this.#forks.delete(controller) };
  }

  #abort(): void {
    for (const controller of this.#forks) controller.abort(this.#parent.reason);
    this.#forks.clear();
  }
}
