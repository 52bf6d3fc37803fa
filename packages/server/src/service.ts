import type { ByteBudget } from './http/held-bytes.js';
import type { Metrics } from './metrics/metrics.js';
import type { ModelPool } from './models/model-pool.js';
import type { FairQueue, Ticket } from './queue/fair-queue.js';
import type { ResolvedOptions } from './server-options.js';

/** What all requests share. */
export interface Service {
  readonly options: ResolvedOptions;
  readonly models: ModelPool;
  readonly queue: FairQueue;
  readonly budget: ByteBudget;
  readonly metrics: Metrics;
  /** When it began, Ms. */
  readonly startMs: number;
}

/** One request with a body, and what its route needs besides. */
export interface Asked {
  readonly body: unknown;
  readonly ticket: Ticket;
}
