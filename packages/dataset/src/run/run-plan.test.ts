import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { inProcessQueue } from '../queue/in-process-queue.js';
import type { JobQueue } from '../queue/job-queue.js';
import { memorySource } from '../source/input.js';
import { rowsOf } from '../testing/rows.js';
import { parsePlan } from './plan.js';
import { type RunPlanOptions, runPlan } from './run-plan.js';
import type { ShardTask } from './shard-task.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plan-'));
});
afterEach(() => rm(folder, { recursive: true }));

const plan = parsePlan(
  JSON.stringify({
    name: 'p',
    input: 'rows.jsonl',
    output: 'out',
    shardRows: 10,
    attempts: 2,
    task: { type: 'validate' },
  }),
);
const rows = rowsOf(95);
const text = `${rows.join('\n')}\n`;

/** Copies its shard, after what `before` does. */
function copying(before: (index: number, signal: AbortSignal) => Promise<void> = async () => {}): ShardTask {
  return {
    version: '1',
    outputs: ['copy.jsonl'],
    async run({ shard, bytes, outputs, signal, onRows }) {
      await before(shard.index, signal);
      await writeFile(join(outputs, 'copy.jsonl'), bytes);
      onRows(shard.lines);
      return { lines: shard.lines };
    },
    summarise: (reports) => ({
      'count.json': JSON.stringify(reports.reduce((sum, { lines }) => sum + Number(lines), 0)),
    }),
  };
}

function options(more: Partial<RunPlanOptions> = {}): RunPlanOptions {
  const encoder = new TextEncoder();
  return {
    folder,
    sources: [
      memorySource(encoder.encode(text), 'rows.jsonl'),
      memorySource(encoder.encode(rows[0]), 'more.jsonl'),
    ],
    task: copying(),
    openQueue: async (_name, attempts) => inProcessQueue({ attempts }),
    concurrency: 3,
    pollMs: 5,
    ...more,
  };
}

async function expectWhole() {
  expect(await readFile(join(folder, 'copy.jsonl'), 'utf8')).toBe(`${text}${rows[0]}`);
  expect(await readFile(join(folder, 'count.json'), 'utf8')).toBe('96');
}

test('shards are cut by lines, worked on and put together in order', async () => {
  const seen: string[] = [];
  const outcome = await runPlan(
    plan,
    options({ onProgress: ({ status, done, shards }) => seen.push(`${status} ${done}/${shards}`) }),
  );
  expect(outcome).toMatchObject({ shards: 11, files: ['copy.jsonl', 'count.json', 'lineage.json'] });
  await expectWhole();
  const index = JSON.parse(await readFile(join(folder, 'shards/index.json'), 'utf8'));
  expect(index.shards[9]).toMatchObject({
    path: 'shards/00009.jsonl',
    source: 'rows.jsonl',
    firstLine: 91,
    lines: 5,
  });
  expect(index.shards[10]).toMatchObject({ source: 'more.jsonl', firstLine: 1, lines: 1 });
  expect(seen.at(0)).toBe('sharding 0/0');
  expect(seen.at(-1)).toBe('merging 11/11');
  const lineage = JSON.parse(await readFile(join(folder, 'lineage.json'), 'utf8'));
  expect(lineage.inputs.map(({ name }: { name: string }) => name)).toEqual(['rows.jsonl', 'more.jsonl']);
  // Again: nothing to do, the same files.
  await runPlan(plan, options({ task: copying(() => Promise.reject(new Error('done before'))) }));
  await expectWhole();
});

test('two processes that know nothing of each other do every shard twice and spoil nothing', async () => {
  const counts = [0, 0];
  const both = counts.map((_, at) =>
    runPlan(plan, options({ task: copying(async () => void counts[at]!++), concurrency: 11 })),
  );
  await Promise.all(both);
  expect(counts[0]! + counts[1]!).toBeGreaterThanOrEqual(11);
  await expectWhole();
  expect((await readdir(folder)).filter((name) => name.includes('.part'))).toEqual([]);
});

test('one process may only watch', async () => {
  const queue = inProcessQueue();
  const shared = { openQueue: async () => ({ ...bound(queue), close: async () => {} }) };
  await Promise.all([
    runPlan(
      plan,
      options({ ...shared, concurrency: 0, task: copying(() => Promise.reject(new Error('not me'))) }),
    ),
    runPlan(plan, options(shared)),
  ]);
  await expectWhole();
});

function bound(queue: JobQueue): JobQueue {
  return {
    name: queue.name,
    enqueue: (jobs) => queue.enqueue(jobs),
    consume: (handler, how) => queue.consume(handler, how),
    state: () => queue.state(),
    close: () => queue.close(),
  };
}

test('a shard that fails each time ends the run with its reason; the others are done and kept', async () => {
  const poison = copying(async (index) => {
    if (index === 4) throw new Error('poison');
  });
  await expect(runPlan(plan, options({ task: poison }))).rejects.toMatchObject({
    code: 'shards-failed',
    message: expect.stringContaining('shard 00004: poison'),
    facts: { failed: [{ shard: '00004', reason: 'poison' }], done: 10 },
  });
  const done: number[] = [];
  await runPlan(plan, options({ task: copying(async (index) => void done.push(index)) }));
  expect(done).toEqual([4]);
  await expectWhole();
});

test('a queue that forgets its jobs gets them again', async () => {
  let forgotten = 0;
  const openQueue = async () => {
    const queue = inProcessQueue();
    return {
      ...bound(queue),
      enqueue: async (jobs: Parameters<JobQueue['enqueue']>[0]) => {
        if (forgotten++ > 0) await queue.enqueue(jobs);
        else await queue.enqueue(jobs.slice(5));
      },
    };
  };
  await runPlan(plan, options({ openQueue }));
  expect(forgotten).toBe(2);
  await expectWhole();
});

test('aborting ends with the reason itself, and the run goes on later', async () => {
  const controller = new AbortController();
  const task = copying(async (index, signal) => {
    if (index === 5) controller.abort('enough');
    signal.throwIfAborted();
  });
  await expect(runPlan(plan, options({ task, signal: controller.signal, concurrency: 1 }))).rejects.toBe(
    'enough',
  );
  expect(await readdir(join(folder, 'done'))).toEqual(['00000', '00001', '00002', '00003', '00004']);
  await runPlan(plan, options());
  await expectWhole();
});

test('another version of a plan, damaged shards and no rows at all are told', async () => {
  await runPlan(plan, options());
  await expect(runPlan({ ...plan, shardRows: 20 }, options())).rejects.toMatchObject({
    code: 'plan-changed',
  });
  await rm(join(folder, 'done'), { recursive: true });
  await writeFile(join(folder, 'shards/00003.jsonl'), 'other');
  await expect(runPlan(plan, options())).rejects.toMatchObject({
    code: 'shards-failed',
    message: expect.stringContaining('00003.jsonl'),
  });
  await rm(folder, { recursive: true });
  await expect(runPlan(plan, options({ sources: [memorySource(new Uint8Array(0))] }))).rejects.toMatchObject({
    code: 'plan-empty',
  });
});
