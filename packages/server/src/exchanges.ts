import { closing, type Exchange } from './exchange.js';

/** The requests under way. */
export class Exchanges {
  readonly #active = new Set<Exchange>();
  #onIdle: (() => void)[] = [];
  #open = true;

  /** Whether requests are taken. */
  get open(): boolean {
    return this.#open;
  }

  /** Counts an exchange until it ends. */
  add(exchange: Exchange): void {
    this.#active.add(exchange);
    exchange.defer(() => {
      this.#active.delete(exchange);
      if (this.#active.size > 0) return;
      for (const resolve of this.#onIdle.splice(0)) resolve();
    });
  }

  /** Takes no more, hands back those that wait, lets the others finish within `graceMs`, resolves when there are none. */
  async close(graceMs: number): Promise<void> {
    this.#open = false;
    for (const exchange of this.#active) if (!exchange.running) exchange.abort(closing());
    if (this.#active.size === 0) return;
    const timer = setTimeout(() => {
      for (const exchange of this.#active) exchange.abort(closing());
    }, graceMs);
    await new Promise<void>((resolve) => this.#onIdle.push(resolve));
    clearTimeout(timer);
  }
}
