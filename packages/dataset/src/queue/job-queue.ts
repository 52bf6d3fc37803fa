import type { JsonObject } from '../sample/json.js';

/** A small descriptor of work: which plan, which shard. The data itself lies in shared storage. */
export interface Job {
  /** Unique within the queue: enqueued twice, it is there once. */
  readonly id: string;
  readonly data: JsonObject;
}

/** A job in a worker's hands. */
export interface ActiveJob extends Job {
  /** 1 for the first try; counts tries that failed, or whose worker died. */
  readonly attempt: number;
}

/** A job that failed as often as it may. */
export interface FailedJob {
  readonly id: string;
  /** What the last try threw. */
  readonly reason: string;
}

/** Jobs by state. Finished ones are gone: what they wrote is what counts. */
export interface QueueState {
  readonly waiting: number;
  readonly active: number;
  readonly failed: readonly FailedJob[];
}

export interface ConsumeOptions {
  /** Jobs at once in this process. */
  readonly concurrency: number;
  /** Ends consuming: jobs in hand are told by their own signal and go back to the queue, their try not counted. */
  readonly signal: AbortSignal;
}

/** Does a job; may be called again for a job that was done before, and must not mind. */
export type JobHandler = (job: ActiveJob, signal: AbortSignal) => Promise<void>;

/**
 * Hands jobs to workers, at least once each. A worker that dies loses its jobs to others after a while; a job that
 * throws is tried again until its tries are used up. Once open, a queue waits out the loss of its server.
 */
export interface JobQueue {
  /** `in-process`, `bullmq`, `pg-boss`. */
  readonly name: string;
  /** Adds jobs that are not there; those that failed for good are tried anew. */
  enqueue(jobs: readonly Job[]): Promise<void>;
  /**
   * Takes jobs as they come until `signal` aborts, then waits for the handlers and returns.
   */
  consume(handler: JobHandler, options: ConsumeOptions): Promise<void>;
  state(): Promise<QueueState>;
  /** Idempotent. */
  close(): Promise<void>;
}

export interface JobQueueOptions {
  /** Tries of one job; 3 by default. */
  readonly attempts?: number | undefined;
}
