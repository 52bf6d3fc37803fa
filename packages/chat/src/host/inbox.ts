import type { Calls, FromHost } from './messages.js';
import { fromWireError } from './wire-error.js';

type Received<C extends Calls<C>> = Extract<FromHost<C>, { type: 'value' | 'end' }>;

/** What the host sent for one call and nobody has taken yet. */
export class Inbox<C extends Calls<C>> {
  readonly #waiting: Received<C>[] = [];
  #failure: { readonly reason: unknown } | undefined;
  #wake: (() => void) | undefined;
  #closed = false;

  /** Whether the host is done with the call. */
  get closed(): boolean {
    return this.#closed;
  }

  receive(message: Exclude<FromHost<C>, { type: 'closed' }>): void {
    if (message.type === 'error') {
      this.#closed = true;
      this.fail(fromWireError(message.error));
      return;
    }
    if (message.type === 'end') this.#closed = true;
    this.#waiting.push(message);
    this.#wake?.();
  }

  /** Ends the call for its reader, at once: what waits is dropped. */
  fail(reason: unknown): void {
    this.#failure ??= { reason };
    this.#wake?.();
  }

  /** The next message; rejects with the reason of `fail`. */
  async next(): Promise<Received<C>> {
    for (;;) {
      if (this.#failure) throw this.#failure.reason;
      const message = this.#waiting.shift();
      if (message) return message;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
