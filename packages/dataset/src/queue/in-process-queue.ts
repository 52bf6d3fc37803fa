import type {
  ActiveJob,
  ConsumeOptions,
  FailedJob,
  Job,
  JobHandler,
  JobQueue,
  JobQueueOptions,
} from './job-queue.js';

/** A queue in this process's memory: the default, and enough for one machine. */
export function inProcessQueue({ attempts = 3 }: JobQueueOptions = {}): JobQueue {
  return new InProcessQueue(attempts);
}

class InProcessQueue implements JobQueue {
  readonly name = 'in-process';
  readonly #attempts: number;
  readonly #waiting: ActiveJob[] = [];
  readonly #active = new Set<string>();
  readonly #failed = new Map<string, FailedJob>();
  /** Consumers that wait for a job. */
  readonly #idle = new Set<() => void>();

  constructor(attempts: number) {
    this.#attempts = attempts;
  }

  async enqueue(jobs: readonly Job[]): Promise<void> {
    const known = new Set([...this.#active, ...this.#waiting.map(({ id }) => id)]);
    for (const job of jobs) {
      if (known.has(job.id)) continue;
      known.add(job.id);
      this.#failed.delete(job.id);
      this.#waiting.push({ ...job, attempt: 1 });
    }
    this.#wake();
  }

  async consume(handler: JobHandler, { concurrency, signal }: ConsumeOptions): Promise<void> {
    await Promise.all(Array.from({ length: concurrency }, () => this.#work(handler, signal)));
  }

  async state() {
    return { waiting: this.#waiting.length, active: this.#active.size, failed: [...this.#failed.values()] };
  }

  async close(): Promise<void> {}

  async #work(handler: JobHandler, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const job = this.#waiting.shift();
      if (job === undefined) await this.#more(signal);
      else await this.#do(job, handler, signal);
    }
  }

  async #do(job: ActiveJob, handler: JobHandler, signal: AbortSignal): Promise<void> {
    this.#active.add(job.id);
    try {
      await handler(job, signal);
      this.#active.delete(job.id);
    } catch (error) {
      this.#active.delete(job.id);
      if (signal.aborted) this.#waiting.unshift(job);
      else if (job.attempt < this.#attempts) this.#waiting.push({ ...job, attempt: job.attempt + 1 });
      else
        this.#failed.set(job.id, {
          id: job.id,
          reason: error instanceof Error ? error.message : String(error),
        });
      this.#wake();
    }
  }

  async #more(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = () => {
        signal.removeEventListener('abort', wake);
        this.#idle.delete(wake);
        resolve();
      };
      signal.addEventListener('abort', wake, { once: true });
      this.#idle.add(wake);
    });
  }

  #wake(): void {
    for (const wake of [...this.#idle]) wake();
  }
}
