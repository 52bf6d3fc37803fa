import { createHash } from 'node:crypto';
import type PgBoss from 'pg-boss';
import { isJsonObject, type JsonObject, type JsonValue } from '../sample/json.js';
import type { ConsumeOptions, Job, JobHandler, JobQueue, JobQueueOptions, QueueState } from './job-queue.js';
import { packageMissing, unreachable } from './queue-errors.js';

export interface PgBossQueueOptions extends JobQueueOptions {
  /** Name of the queue: one for a plan. */
  readonly name: string;
  /** PostgreSQL schema that holds the jobs; `internvl` by default. */
  readonly schema?: string | undefined;
  /** Milliseconds after which a silent worker counts as dead; 15,000 by default. */
  readonly stalledMs?: number | undefined;
  /** Milliseconds between two looks for a job; 1000 by default. */
  readonly pollMs?: number | undefined;
  /** Milliseconds that the first connection may take; 10,000 by default. */
  readonly connectMs?: number | undefined;
}

/** What a row of ours holds. */
interface Stored extends JsonObject {
  readonly id: string;
  readonly data: JsonObject;
}

/**
 * A queue in PostgreSQL, by pg-boss: jobs are rows that anyone can look at with SQL.
 *
 * @param url `postgres://user:password@host:port/database`
 * @throws `pg-boss-missing`, `queue-unreachable`
 */
export async function pgBossQueue(
  url: string,
  {
    name,
    attempts = 3,
    schema = 'internvl',
    stalledMs = 15_000,
    pollMs = 1000,
    connectMs = 10_000,
  }: PgBossQueueOptions,
): Promise<JobQueue> {
  const Boss = await load();
  const boss = new Boss({ connectionString: url, schema, max: 4, schedule: false });
  // Told by whoever awaits a query; a lost connection comes back by itself.
  boss.on('error', () => {});
  try {
    await within(
      boss.start().then(() => boss.createQueue(name)),
      connectMs,
    );
  } catch (error) {
    await boss.stop({ graceful: false }).catch(() => {});
    throw unreachable('PostgreSQL', url, error);
  }
  return new PgBossQueue(boss, { name, attempts, schema, stalledMs, pollMs });
}

async function within(work: Promise<void>, ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function load(): Promise<typeof PgBoss> {
  try {
    return (await import('pg-boss')).default;
  } catch (cause) {
    throw packageMissing('pg-boss-missing', 'pg-boss', cause);
  }
}

interface Settings {
  readonly name: string;
  readonly attempts: number;
  readonly schema: string;
  readonly stalledMs: number;
  readonly pollMs: number;
}

class PgBossQueue implements JobQueue {
  readonly name = 'pg-boss';
  readonly #boss: PgBoss;
  readonly #settings: Settings;
  #closed = false;

  constructor(boss: PgBoss, settings: Settings) {
    this.#boss = boss;
    this.#settings = settings;
  }

  async enqueue(jobs: readonly Job[]): Promise<void> {
    const { name, attempts, schema, stalledMs } = this.#settings;
    const ids = jobs.map(({ id }) => this.#uuid(id));
    // Whoever enqueues a job wants it done, also when it was done or given up before.
    await this.#asked(
      `DELETE FROM ${schema}.job WHERE name = $1 AND id = ANY($2::uuid[]) AND state IN ('completed', 'cancelled', 'failed')`,
      [name, ids],
    );
    const rows = jobs.map(({ id, data }, index) => ({
      id: ids[index]!,
      name,
      data: { id, data } satisfies Stored,
      retryLimit: attempts - 1,
      retryDelay: 0,
      expireInSeconds: Math.max(1, Math.ceil(stalledMs / 1000)),
    }));
    await this.#waitedOut(() => this.#boss.insert(rows));
  }

  async consume(handler: JobHandler, { concurrency, signal }: ConsumeOptions): Promise<void> {
    const { stalledMs } = this.#settings;
    const expiry = setInterval(() => this.#quietly(() => this.#boss.expire()), stalledMs / 2);
    try {
      await Promise.all(Array.from({ length: concurrency }, () => this.#work(handler, signal)));
    } finally {
      clearInterval(expiry);
    }
  }

  async state(): Promise<QueueState> {
    const { name, schema } = this.#settings;
    const rows = await this.#asked(
      `SELECT state::text AS state, data, output FROM ${schema}.job WHERE name = $1 AND state IN ('created', 'retry', 'active', 'failed')`,
      [name],
    );
    const count = (...states: string[]) => rows.filter(({ state }) => states.includes(String(state))).length;
    return {
      waiting: count('created', 'retry'),
      active: count('active'),
      failed: rows
        .filter(({ state }) => state === 'failed')
        .map(({ data, output }) => ({ id: storedOf(data)?.id ?? '', reason: reasonOf(output) })),
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#boss.stop({ graceful: false, wait: true });
  }

  async #work(handler: JobHandler, signal: AbortSignal): Promise<void> {
    const { name, pollMs } = this.#settings;
    while (!signal.aborted) {
      const job = await this.#fetch();
      if (job === undefined) {
        await pause(pollMs, signal);
        continue;
      }
      const stored = storedOf(job.data);
      if (stored === undefined) {
        await this.#settle(signal, () =>
          this.#boss.fail(name, job.id, { message: 'this is no job of ours' }),
        );
        continue;
      }
      await this.#do(job, stored, handler, signal);
    }
  }

  async #do(
    job: PgBoss.JobWithMetadata<JsonValue>,
    { id, data }: Stored,
    handler: JobHandler,
    signal: AbortSignal,
  ): Promise<void> {
    const { name, schema, stalledMs } = this.#settings;
    const own = `name = $1 AND id = $2 AND state = 'active'`;
    // pg-boss expires a job by when it started: starting anew now and then says that its worker lives.
    const beat = setInterval(() => {
      this.#quietly(() =>
        this.#sql(`UPDATE ${schema}.job SET started_on = now() WHERE ${own}`, [name, job.id]),
      );
    }, stalledMs / 3);
    try {
      await handler({ id, data, attempt: job.retryCount + 1 }, signal);
      clearInterval(beat);
      await this.#settle(signal, () => this.#boss.complete(name, job.id));
    } catch (error) {
      clearInterval(beat);
      if (signal.aborted) {
        // Never started, as far as the count of tries goes.
        await this.#quietly(() =>
          this.#sql(`UPDATE ${schema}.job SET state = 'created', started_on = NULL WHERE ${own}`, [
            name,
            job.id,
          ]),
        );
        return;
      }
      const message = error instanceof Error ? error.message : String(error);
      await this.#settle(signal, () => this.#boss.fail(name, job.id, { message }));
    }
  }

  /** The next job; none when there is none or the server can't be asked just now. */
  async #fetch(): Promise<PgBoss.JobWithMetadata<JsonValue> | undefined> {
    try {
      const jobs = await this.#boss.fetch<JsonValue>(this.#settings.name, {
        includeMetadata: true,
        batchSize: 1,
      });
      return jobs[0];
    } catch {
      return undefined;
    }
  }

  /** Says how a job ended, until the server has heard it. Where it never does, the job is done again, which is no harm. */
  async #settle(signal: AbortSignal, say: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await say();
        return;
      } catch {
        if (signal.aborted) return;
        await pause(this.#settings.pollMs, signal);
      }
    }
  }

  async #quietly(ask: () => Promise<unknown>): Promise<void> {
    try {
      await ask();
    } catch {
      // The server is away for a moment; the next one gets through, or the job is given to another.
    }
  }

  /** A question that waits until the server is back. */
  async #asked(text: string, values: readonly unknown[]) {
    return this.#waitedOut(() => this.#sql(text, values));
  }

  async #waitedOut<Result>(ask: () => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (this.#closed || !isLostConnection(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, this.#settings.pollMs));
      }
    }
  }

  async #sql(
    text: string,
    values: readonly unknown[],
  ): Promise<readonly Readonly<Record<string, JsonValue>>[]> {
    const { rows } = await this.#boss.getDb().executeSql(text, [...values]);
    return rows;
  }

  /** pg-boss names jobs by UUID; ours is made of our own id. */
  #uuid(id: string): string {
    const hex = createHash('sha256').update(`${this.#settings.name}\n${id}`).digest('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  }
}

/** Network errors, and what PostgreSQL says while it goes down or comes up. */
function isLostConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (/connection terminated|timeout exceeded when trying to connect/i.test(error.message)) return true;
  const code = 'code' in error ? String(error.code) : '';
  return /^(?:ECONN|EPIPE|ETIMEDOUT|EHOST|57P|08)/.test(code);
}

function storedOf(data: JsonValue | undefined): Stored | undefined {
  if (!isJsonObject(data)) return undefined;
  const { id, data: own } = data;
  return typeof id === 'string' && isJsonObject(own) ? { id, data: own } : undefined;
}

function reasonOf(output: JsonValue | undefined): string {
  if (!isJsonObject(output)) return 'no reason given';
  const value = output.message ?? (isJsonObject(output.value) ? output.value.message : undefined);
  return typeof value === 'string' ? value : 'no reason given';
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
