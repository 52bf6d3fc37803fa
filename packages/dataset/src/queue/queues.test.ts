import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  postgresAvailable,
  redisAvailable,
  type Service,
  startPostgres,
  startRedis,
} from '../testing/service.js';
import { bullmqQueue } from './bullmq-queue.js';
import { inProcessQueue } from './in-process-queue.js';
import type { ActiveJob, JobQueue } from './job-queue.js';
import { pgBossQueue } from './pg-boss-queue.js';

/** Opens another handle on the queue of this name. */
type Open = (name: string, attempts?: number) => Promise<JobQueue>;

const jobs = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ id: `shard-${at}`, data: { at } }));

/** Works until `until` says enough, then leaves. */
async function work(
  queue: JobQueue,
  handle: (job: ActiveJob) => Promise<void>,
  until: () => boolean,
  concurrency = 2,
) {
  const controller = new AbortController();
  const check = setInterval(() => until() && controller.abort(), 20);
  try {
    await queue.consume(handle, { concurrency, signal: controller.signal });
  } finally {
    clearInterval(check);
  }
}

function cases(open: Open) {
  test('every job is done, once, with its data', async () => {
    const queue = await open('every');
    const done: number[] = [];
    await queue.enqueue(jobs(20));
    await queue.enqueue(jobs(20));
    expect(await queue.state()).toEqual({ waiting: 20, active: 0, failed: [] });
    await work(
      queue,
      async ({ data }) => void done.push(Number(data.at)),
      () => done.length >= 20,
      4,
    );
    expect(done.sort((left, right) => left - right)).toEqual(jobs(20).map((_, at) => at));
    expect(await queue.state()).toEqual({ waiting: 0, active: 0, failed: [] });
    await queue.close();
    await queue.close();
  });

  test('a job that throws is tried again, then kept with its reason, and taken up when it is enqueued anew', async () => {
    const queue = await open('poison', 2);
    const tries: number[] = [];
    await queue.enqueue(jobs(2));
    const handle = async ({ id, attempt }: ActiveJob) => {
      if (id !== 'shard-1') return;
      tries.push(attempt);
      throw new Error('no good');
    };
    let failed = 0;
    const look = setInterval(async () => {
      failed = (await queue.state()).failed.length;
    }, 50);
    await work(queue, handle, () => failed === 1);
    clearInterval(look);
    expect(tries).toEqual([1, 2]);
    expect((await queue.state()).failed).toEqual([{ id: 'shard-1', reason: 'no good' }]);
    await queue.enqueue(jobs(2).slice(1));
    let done = false;
    const again = async () => {
      done = true;
    };
    await work(queue, again, () => done);
    expect(await queue.state()).toEqual({ waiting: 0, active: 0, failed: [] });
    await queue.close();
  });

  test('leaving gives jobs back without using up a try', async () => {
    const queue = await open('leave', 1);
    await queue.enqueue(jobs(1));
    const controller = new AbortController();
    await queue.consume(
      (_job, signal) => {
        controller.abort('enough');
        return Promise.reject(signal.reason);
      },
      { concurrency: 1, signal: controller.signal },
    );
    expect(await queue.state()).toEqual({ waiting: 1, active: 0, failed: [] });
    let attempt = 0;
    const handle = async (job: ActiveJob) => {
      attempt = job.attempt;
    };
    await work(queue, handle, () => attempt > 0);
    expect(attempt).toBe(1);
    await queue.close();
  });
}

/** What only a queue on a server has. */
function serverCases(open: Open, started: () => Service) {
  test('two workers share the jobs', async () => {
    const [one, two] = [await open('shared'), await open('shared')];
    await one.enqueue(jobs(30));
    const done: string[] = [];
    const enough = () => done.length >= 30;
    const handle = async ({ id }: ActiveJob) => void done.push(id);
    await Promise.all([work(one, handle, enough, 1), work(two, handle, enough, 1)]);
    expect(new Set(done).size).toBe(30);
    await one.close();
    await two.close();
  });

  test('leaving a server that is gone ends all the same', async () => {
    const queue = await open('gone');
    await queue.enqueue(jobs(2));
    const controller = new AbortController();
    await queue.consume(
      async (_job, signal) => {
        await started().crash();
        controller.abort('enough');
        signal.throwIfAborted();
      },
      { concurrency: 1, signal: controller.signal },
    );
    await queue.close();
    await started().restart();
  });

  test('a restart of the server loses nothing and needs nobody', async () => {
    const queue = await open('restart');
    await queue.enqueue(jobs(12));
    const done = new Set<string>();
    let restarted: Promise<void> | undefined;
    const handle = async ({ id }: ActiveJob) => {
      done.add(id);
      if (done.size === 4) restarted = started().restart();
      await restarted;
    };
    await work(queue, handle, () => done.size >= 12);
    expect(done.size).toBe(12);
    await queue.close();
  });
}

describe('in process', () => {
  cases(async (_name, attempts) => inProcessQueue({ attempts }));
});

describe.runIf(redisAvailable())('BullMQ on Redis', () => {
  let redis: Service;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  const open: Open = (name, attempts) =>
    bullmqQueue(redis.url, { name, attempts, stalledMs: 2000, leaveMs: 500 });
  cases(open);
  serverCases(open, () => redis);

  test('no server: a typed error, soon, without the password', async () => {
    const opening = bullmqQueue('redis://me:secret@127.0.0.1:1', { name: 'nowhere' });
    await expect(opening).rejects.toMatchObject({ code: 'queue-unreachable' });
    await expect(opening).rejects.toThrow(/redis:\/\/me:\*\*\*@127\.0\.0\.1:1/);
  });
});

describe.runIf(postgresAvailable())('pg-boss on PostgreSQL', () => {
  let postgres: Service;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.stop());
  const open: Open = (name, attempts) =>
    pgBossQueue(postgres.url, { name, attempts, stalledMs: 2000, pollMs: 100 });
  cases(open);
  serverCases(open, () => postgres);

  test('no server: a typed error', async () => {
    const opening = pgBossQueue('postgres://me:secret@127.0.0.1:1/none', { name: 'nowhere' });
    await expect(opening).rejects.toMatchObject({ code: 'queue-unreachable' });
    await expect(opening).rejects.not.toThrow(/secret/);
  });
});
