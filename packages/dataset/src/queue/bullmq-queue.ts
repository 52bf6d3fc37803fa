import type { Job as BullJob, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { JsonObject } from '../sample/json.js';
import type { ConsumeOptions, Job, JobHandler, JobQueue, JobQueueOptions, QueueState } from './job-queue.js';
import { packageMissing, unreachable } from './queue-errors.js';

export interface BullmqQueueOptions extends JobQueueOptions {
  /** Name of the queue: one for a plan. */
  readonly name: string;
  /** Milliseconds after which a silent worker counts as dead; 15,000 by default. */
  readonly stalledMs?: number | undefined;
  /** Milliseconds that the first connection may take; 10,000 by default. */
  readonly connectMs?: number | undefined;
  /** Milliseconds that jobs in hand may take to go back to a server that doesn't answer; 5000 by default. */
  readonly leaveMs?: number | undefined;
}

interface Packages {
  readonly bullmq: typeof import('bullmq');
  readonly Redis: typeof import('ioredis').Redis;
}

/**
 * A queue on Redis or Valkey, by BullMQ. Give the server `maxmemory-policy noeviction`, and an append-only file if jobs
 * shall outlive it; a plan puts back what a server forgot.
 *
 * @param url `redis://[user:password@]host[:port][/database]`, or `rediss://`
 * @throws `bullmq-missing`, `queue-unreachable`
 */
export async function bullmqQueue(
  url: string,
  { name, attempts = 3, stalledMs = 15_000, connectMs = 10_000, leaveMs = 5000 }: BullmqQueueOptions,
): Promise<JobQueue> {
  const packages = await load();
  const redis = new packages.Redis(url, {
    lazyConnect: true,
    connectTimeout: connectMs,
    // Commands wait for the server to come back.
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(2000, 100 * times),
  });
  // Told by whoever awaits a command; a lost connection comes back by itself.
  redis.on('error', () => {});
  try {
    await connect(redis, connectMs);
  } catch (error) {
    redis.disconnect();
    throw unreachable('Redis', url, error);
  }
  const queue = new packages.bullmq.Queue<JsonObject>(name, { connection: redis });
  queue.on('error', () => {});
  return new BullmqQueue(packages, redis, queue, { attempts, stalledMs, leaveMs });
}

/** Fails at the first refusal; later losses are waited out. */
async function connect(redis: Redis, connectMs: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${connectMs} ms`)), connectMs);
    const settle = (end: () => void) => {
      clearTimeout(timer);
      end();
    };
    redis.once('error', (error) => settle(() => reject(error)));
    redis.connect().then(
      () => settle(resolve),
      (error: unknown) => settle(() => reject(error)),
    );
  });
}

async function load(): Promise<Packages> {
  try {
    const [bullmq, { Redis }] = await Promise.all([import('bullmq'), import('ioredis')]);
    return { bullmq, Redis };
  } catch (cause) {
    throw packageMissing('bullmq-missing', 'bullmq ioredis', cause);
  }
}

interface Settings {
  readonly attempts: number;
  readonly stalledMs: number;
  readonly leaveMs: number;
}

class BullmqQueue implements JobQueue {
  readonly name = 'bullmq';
  readonly #packages: Packages;
  readonly #redis: Redis;
  readonly #queue: Queue<JsonObject>;
  readonly #attempts: number;
  readonly #stalledMs: number;
  readonly #leaveMs: number;
  #closed = false;

  constructor(
    packages: Packages,
    redis: Redis,
    queue: Queue<JsonObject>,
    { attempts, stalledMs, leaveMs }: Settings,
  ) {
    this.#packages = packages;
    this.#redis = redis;
    this.#queue = queue;
    this.#attempts = attempts;
    this.#stalledMs = stalledMs;
    this.#leaveMs = leaveMs;
  }

  async enqueue(jobs: readonly Job[]): Promise<void> {
    const wanted = new Set(jobs.map(({ id }) => id));
    for (const failed of await this.#queue.getFailed()) {
      if (failed.id !== undefined && wanted.has(failed.id)) await this.#queue.remove(failed.id);
    }
    await this.#queue.addBulk(
      jobs.map(({ id, data }) => ({
        name: 'shard',
        data,
        opts: { jobId: id, attempts: this.#attempts, removeOnComplete: true, removeOnFail: false },
      })),
    );
  }

  async consume(handler: JobHandler, { concurrency, signal }: ConsumeOptions): Promise<void> {
    if (signal.aborted) return;
    const { Worker, WaitingError } = this.#packages.bullmq;
    const running = new Set<Promise<void>>();
    const work = async (job: BullJob<JsonObject>, token?: string) => {
      const attempt = job.attemptsMade + 1 + job.stalledCounter;
      const handled = handler({ id: job.id ?? '', data: job.data, attempt }, signal);
      running.add(handled);
      try {
        await handled;
      } catch (error) {
        if (!signal.aborted) throw error;
        await job.moveToWait(token);
        throw new WaitingError();
      } finally {
        running.delete(handled);
      }
    };
    const worker = new Worker<JsonObject, void>(this.#queue.name, work, {
      connection: this.#redis,
      concurrency,
      lockDuration: this.#stalledMs,
      // Gates the check also for the workers that outlive this one.
      stalledInterval: Math.ceil(this.#stalledMs / 2),
      maxStalledCount: this.#attempts,
    });
    worker.on('error', () => {});
    await aborted(signal);
    await Promise.allSettled(running);
    if (await inTime(worker.close(), this.#leaveMs)) return;
    // The server is away, and nothing can be said to it: it will count this worker as dead.
    this.#redis.disconnect();
    await inTime(worker.close(true), this.#leaveMs);
  }

  async state(): Promise<QueueState> {
    const counts = await this.#queue.getJobCounts('waiting', 'delayed', 'prioritized', 'active');
    const failed = await this.#queue.getFailed();
    const { active = 0, ...rest } = counts;
    return {
      waiting: Object.values(rest).reduce((sum, count) => sum + count, 0),
      active,
      failed: failed.map(({ id, failedReason }) => ({
        id: id ?? '',
        reason: failedReason ?? 'no reason given',
      })),
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await inTime(this.#queue.close(), this.#leaveMs);
    this.#redis.disconnect();
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Whether work ended in time. What it throws later is of no interest to anyone. */
async function inTime(work: Promise<void>, ms: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const done = work.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}
