import { ApiError } from '../api-error.js';

export interface FairQueueOptions {
  /** How many answers are made at once. */
  readonly running: number;
  /** How many requests may wait besides. */
  readonly waiting: number;
  /** Milliseconds by some clock. */
  readonly clock: () => number;
}

/** A place in the queue. */
export interface Ticket {
  /**
   * Resolves when `units` answers may be made.
   *
   * @throws 429 when somebody with fewer requests needed the place, `signal.reason`
   */
  start(units: number, signal: AbortSignal): Promise<void>;
  /** Gives everything back; idempotent. */
  leave(): void;
}

interface Waiter {
  readonly units: number;
  readonly go: () => void;
  readonly refuse: (error: unknown) => void;
}

interface Place {
  readonly client: string;
  waiter: Waiter | undefined;
  units: number;
  since: number;
}

/**
 * A bounded queue in which clients take turns: one who sends a hundred requests waits for them, others do not. Where it is
 * full, the client with the most waiting requests gives up its newest for one who has fewer.
 */
export class FairQueue {
  readonly #options: FairQueueOptions;
  readonly #places = new Set<Place>();
  /** Clients with waiting requests, the next one first. */
  readonly #waiting = new Map<string, Place[]>();
  #free: number;
  #averageMs = 1000;

  constructor(options: FairQueueOptions) {
    this.#options = options;
    this.#free = options.running;
  }

  get running(): number {
    return this.#options.running - this.#free;
  }

  /** Requests that wait for their turn. */
  get waiting(): number {
    let count = 0;
    for (const places of this.#waiting.values()) count += places.length;
    return count;
  }

  /** Takes a place. @throws 429 with `retry-after` when there is none */
  enter(client: string): Ticket {
    const { running, waiting } = this.#options;
    if (this.#places.size >= running + waiting && !this.#makeRoom(client)) throw this.#full();
    const place: Place = { client, waiter: undefined, units: 0, since: 0 };
    this.#places.add(place);
    return {
      start: (units, signal) => this.#start(place, Math.min(units, running), signal),
      leave: () => this.#leave(place),
    };
  }

  async #start(place: Place, units: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    let onAbort = () => {};
    try {
      await new Promise<void>((go, refuse) => {
        place.waiter = { units, go, refuse };
        const others = this.#waiting.get(place.client);
        if (others) others.push(place);
        else this.#waiting.set(place.client, [place]);
        onAbort = () => {
          this.#stopWaiting(place);
          refuse(signal.reason);
          this.#next();
        };
        signal.addEventListener('abort', onAbort);
        this.#next();
      });
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  #next(): void {
    for (;;) {
      const [first] = this.#waiting;
      const place = first?.[1][0];
      // Who is next waits for as many units as it needs: a large request is not passed by small ones forever.
      if (!place?.waiter || place.waiter.units > this.#free) return;
      const { units, go } = place.waiter;
      const rest = this.#waiting.get(place.client)!.slice(1);
      // Behind everybody else who waits.
      this.#waiting.delete(place.client);
      if (rest.length > 0) this.#waiting.set(place.client, rest);
      place.waiter = undefined;
      place.units = units;
      place.since = this.#options.clock();
      this.#free -= units;
      go();
    }
  }

  #leave(place: Place): void {
    if (!this.#places.delete(place)) return;
    this.#stopWaiting(place);
    if (place.units > 0) {
      this.#averageMs += (this.#options.clock() - place.since - this.#averageMs) / 8;
      this.#free += place.units;
    }
    this.#next();
  }

  #stopWaiting(place: Place): void {
    if (!place.waiter) return;
    place.waiter = undefined;
    const rest = this.#waiting.get(place.client)!.filter((other) => other !== place);
    if (rest.length > 0) this.#waiting.set(place.client, rest);
    else this.#waiting.delete(place.client);
  }

  /** Whether a place came free for a client with fewer waiting requests than another one has. */
  #makeRoom(client: string): boolean {
    let longest: readonly Place[] = [];
    for (const places of this.#waiting.values()) if (places.length > longest.length) longest = places;
    const own = this.#waiting.get(client)?.length ?? 0;
    const newest = longest.at(-1);
    if (!newest?.waiter || longest.length <= own + 1) return false;
    const { refuse } = newest.waiter;
    this.#stopWaiting(newest);
    this.#places.delete(newest);
    refuse(this.#full());
    return true;
  }

  #full(): ApiError {
    const rounds = this.#places.size / this.#options.running;
    const seconds = Math.min(60, Math.max(1, Math.ceil((rounds * this.#averageMs) / 1000)));
    return new ApiError(
      429,
      'rate_limit_exceeded',
      `The queue is full; try again in about ${seconds} seconds.`,
      { type: 'rate_limit_error', headers: { 'retry-after': String(seconds) } },
    );
  }
}
