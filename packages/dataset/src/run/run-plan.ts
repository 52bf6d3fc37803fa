import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError } from '../error.js';
import type { JobQueue, QueueState } from '../queue/job-queue.js';
import type { JsonObject } from '../sample/json.js';
import type { ByteSource } from '../source/byte-source.js';
import { type Clock, systemClock } from '../translate/clock.js';
import { DONE, mergeOutputs, type PlanOutcome, REPORT, readReport, takePlace } from './outputs.js';
import type { Plan } from './plan.js';
import { claimFolder, planDigest } from './plan-folder.js';
import type { ShardTask } from './shard-task.js';
import { makeShards, readShard, type Shard, type ShardIndex, shardName } from './shards.js';
import { writeWhole } from './write-whole.js';

export interface PlanProgress {
  readonly status: 'sharding' | 'running' | 'merging';
  /** Shards of the plan; 0 while they are cut. */
  readonly shards: number;
  /** Done, by anyone. */
  readonly done: number;
  readonly active: number;
  readonly failed: number;
  /** Rows that this process went through. */
  readonly rows: number;
  /** Bytes cut into shards. */
  readonly bytes: number;
}

export interface RunPlanOptions {
  /** The plan's own folder: `output/name`, in storage that all workers share. */
  readonly folder: string;
  readonly sources: readonly ByteSource[];
  readonly task: ShardTask;
  /** Opens the queue of this name. It is closed in the end. */
  readonly openQueue: (name: string, attempts: number) => Promise<JobQueue>;
  /** Shards at once in this process; 0 only watches. 1 by default. */
  readonly concurrency?: number | undefined;
  /** Milliseconds between two looks at what is done; 500 by default. */
  readonly pollMs?: number | undefined;
  readonly clock?: Clock | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: PlanProgress) => void) | undefined;
}

/**
 * Does a plan: cuts the input into shards, works on them together with every other process that runs the same plan on
 * the same queue, and puts the outputs together. What is done is what lies in `done/`: each shard's folder appears
 * there at once, when it is whole. So a worker may die, a queue may forget, and a job may be given out twice.
 *
 * @throws `plan-changed` when the folder holds another plan, `shards-failed`, `queue-unreachable`; `signal.reason`
 */
export async function runPlan(plan: Plan, options: RunPlanOptions): Promise<PlanOutcome> {
  const { signal = new AbortController().signal, task, folder } = options;
  signal.throwIfAborted();
  await claimFolder(folder, plan, task);
  const progress = new Progress(options.onProgress);
  const index = await makeShards(folder, options.sources, {
    shardLines: plan.shardRows,
    signal,
    onProgress: (bytes) => progress.tell({ status: 'sharding', bytes }),
  });
  progress.tell({ status: 'running', shards: index.shards.length });
  await mkdir(join(folder, DONE), { recursive: true });
  const run = new PlanRun(plan, index, options, progress, signal);
  if ((await run.missing()).length > 0) await run.work();
  progress.tell({ status: 'merging', active: 0 });
  return mergeOutputs(plan, folder, index, task, signal);
}

class Progress {
  readonly #tell: ((progress: PlanProgress) => void) | undefined;
  #state: PlanProgress = { status: 'sharding', shards: 0, done: 0, active: 0, failed: 0, rows: 0, bytes: 0 };

  constructor(tell: ((progress: PlanProgress) => void) | undefined) {
    this.#tell = tell;
  }

  tell(change: Partial<PlanProgress>): void {
    this.#state = { ...this.#state, ...change };
    this.#tell?.(this.#state);
  }

  addRows(rows: number): void {
    this.tell({ rows: this.#state.rows + rows });
  }
}

class PlanRun {
  readonly #plan: Plan;
  readonly #index: ShardIndex;
  readonly #options: RunPlanOptions;
  readonly #progress: Progress;
  readonly #signal: AbortSignal;

  constructor(
    plan: Plan,
    index: ShardIndex,
    options: RunPlanOptions,
    progress: Progress,
    signal: AbortSignal,
  ) {
    this.#plan = plan;
    this.#index = index;
    this.#options = options;
    this.#progress = progress;
    this.#signal = signal;
  }

  async missing(): Promise<readonly Shard[]> {
    const done = new Set(await readdir(join(this.#options.folder, DONE)));
    const missing = this.#index.shards.filter(({ index }) => !done.has(shardName(index)));
    this.#progress.tell({ done: this.#index.shards.length - missing.length });
    return missing;
  }

  async work(): Promise<void> {
    const { openQueue, concurrency = 1, task } = this.#options;
    const digest = planDigest(this.#plan, task).slice(0, 8);
    const queue = await openQueue(`internvl-${this.#plan.name}-${digest}`, this.#plan.attempts);
    const leave = new AbortController();
    // Every worker waits on it, and there may be many.
    setMaxListeners(0, leave.signal);
    const onAbort = () => leave.abort(this.#signal.reason);
    this.#signal.addEventListener('abort', onAbort, { once: true });
    try {
      await this.#enqueue(queue, await this.missing());
      const consuming =
        concurrency === 0
          ? Promise.resolve()
          : queue.consume(({ data }, signal) => this.#shard(data, signal), {
              concurrency,
              signal: leave.signal,
            });
      consuming.catch((error: unknown) => leave.abort(error));
      try {
        await this.#watch(queue, leave.signal);
      } finally {
        leave.abort('done');
        await consuming;
      }
    } finally {
      this.#signal.removeEventListener('abort', onAbort);
      await queue.close();
    }
    this.#signal.throwIfAborted();
  }

  async #enqueue(queue: JobQueue, shards: readonly Shard[]): Promise<void> {
    await queue.enqueue(
      shards.map(({ index }) => ({ id: shardName(index), data: { plan: this.#plan.name, shard: index } })),
    );
  }

  /** Until all are done, or those that are not have failed for good. */
  async #watch(queue: JobQueue, signal: AbortSignal): Promise<void> {
    const { clock = systemClock(), pollMs = 500 } = this.#options;
    for (;;) {
      // In this order: a shard that is neither in the queue nor done afterwards was forgotten.
      const state = await unlessAborted(queue.state(), signal);
      const missing = await this.missing();
      this.#progress.tell({ active: state.active, failed: state.failed.length });
      if (missing.length === 0) return;
      if (state.waiting + state.active === 0) {
        const failed = new Map(state.failed.map(({ id, reason }) => [id, reason]));
        const forgotten = missing.filter(({ index }) => !failed.has(shardName(index)));
        if (forgotten.length === 0) throw this.#failure(state);
        await unlessAborted(this.#enqueue(queue, forgotten), signal);
      }
      await clock.sleep(pollMs, signal);
    }
  }

  async #shard(data: JsonObject, signal: AbortSignal): Promise<void> {
    const { folder, task } = this.#options;
    const shard = this.#index.shards.find(({ index }) => index === data.shard);
    if (shard === undefined)
      throw new DatasetError('shard-unknown', `Expected a shard of this plan, got ${data.shard}.`);
    const name = shardName(shard.index);
    const target = join(folder, DONE, name);
    if ((await this.missing()).every(({ index }) => index !== shard.index)) return;
    const scratch = join(folder, 'work', name);
    const outputs = join(scratch, `${randomUUID()}.part`);
    await mkdir(outputs, { recursive: true });
    try {
      let rows = 0;
      const report = await task.run({
        shard,
        bytes: await readShard(folder, shard),
        outputs,
        scratch,
        reports: () => this.#reports(),
        signal,
        onRows: (now) => {
          this.#progress.addRows(now - rows);
          rows = now;
        },
      });
      signal.throwIfAborted();
      await writeWhole(join(outputs, REPORT), (write) => write(`${JSON.stringify(report)}\n`));
      await takePlace(outputs, target);
    } finally {
      await rm(outputs, { recursive: true, force: true });
    }
    await this.missing();
  }

  async #reports(): Promise<readonly JsonObject[]> {
    const { folder } = this.#options;
    const names = await readdir(join(folder, DONE));
    return Promise.all(names.sort().map((name) => readReport(join(folder, DONE, name, REPORT))));
  }

  #failure({ failed }: QueueState): DatasetError {
    const shards = failed.map(({ id, reason }) => ({ shard: id, reason }));
    const first = shards[0];
    return new DatasetError(
      'shards-failed',
      `Expected every shard to be done, got ${shards.length} that failed ${this.#plan.attempts} times (shard ${first?.shard}: ${first?.reason}); see to the reason and run again, what is done is kept.`,
      { failed: shards, done: this.#index.shards.length - shards.length },
    );
  }
}

/** Waits for something that may never come, a server that is gone, but not longer than anyone cares. */
async function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
