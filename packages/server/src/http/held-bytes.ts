import { ApiError } from '../api-error.js';

/** How many bytes of bodies and fetched images are held by all requests together, so that many large ones cannot fill the memory. */
export class ByteBudget {
  readonly #most: number;
  #held = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get held(): number {
    return this.#held;
  }

  /** The share of one request. */
  share(): HeldBytes {
    let own = 0;
    return {
      add: (bytes) => {
        if (this.#held + bytes > this.#most) {
          throw new ApiError(
            429,
            'rate_limit_exceeded',
            'The server holds as much of other requests as it may; try again later.',
            { type: 'rate_limit_error', headers: { 'retry-after': '2' } },
          );
        }
        this.#held += bytes;
        own += bytes;
      },
      release: () => {
        this.#held -= own;
        own = 0;
      },
    };
  }
}

/** What one request holds. */
export interface HeldBytes {
  /** @throws 429 when all requests together would hold too much */
  add(bytes: number): void;
  release(): void;
}
