import type { Clock } from './clock.js';

export interface AdaptiveLimitOptions {
  /** Calls at once to begin with. */
  readonly initial: number;
  /** Most calls at once. */
  readonly most: number;
}

/** A call's place among those in flight. */
export interface Slot {
  /** Gives the place back. `busy`: the server had too much. */
  release(outcome: 'done' | 'busy' | 'failed'): void;
}

interface Waiting {
  grant(): void;
}

/**
 * How many calls may be in flight: one more for each round of answers, half as many when the server has too much
 * (additive increase, multiplicative decrease). A burst of refusals counts once: calls that were under way before the
 * last decrease don't decrease again.
 */
export class AdaptiveLimit {
  readonly #most: number;
  readonly #clock: Clock;
  readonly #waiting: Waiting[] = [];
  #limit: number;
  #running = 0;
  #epoch = 0;
  #pausedUntil = Number.NEGATIVE_INFINITY;

  constructor({ initial, most }: AdaptiveLimitOptions, clock: Clock) {
    this.#most = Math.max(1, most);
    this.#limit = Math.min(Math.max(1, initial), this.#most);
    this.#clock = clock;
  }

  /** Calls that may be in flight now. */
  get current(): number {
    return Math.floor(this.#limit);
  }

  /** Nobody starts a call for so many milliseconds. */
  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now() + ms);
  }

  /** Waits for a place, in order of asking. @throws `signal.reason` when aborted */
  async acquire(signal: AbortSignal): Promise<Slot> {
    await this.#place(signal);
    try {
      for (;;) {
        const wait = this.#pausedUntil - this.#clock.now();
        if (wait <= 0) break;
        await this.#clock.sleep(wait, signal);
      }
    } catch (error) {
      this.#leave();
      throw error;
    }
    const epoch = this.#epoch;
    return {
      release: (outcome) => {
        if (outcome === 'done') this.#limit = Math.min(this.#most, this.#limit + 1 / this.#limit);
        if (outcome === 'busy' && epoch === this.#epoch) {
          this.#limit = Math.max(1, this.#limit / 2);
          this.#epoch++;
        }
        this.#leave();
      },
    };
  }

  async #place(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#waiting.length === 0 && this.#running < this.current) {
      this.#running++;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const waiting: Waiting = {
        grant: () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(signal.reason);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(waiting);
    });
  }

  #leave(): void {
    this.#running--;
    while (this.#running < this.current) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#running++;
      next.grant();
    }
  }
}
