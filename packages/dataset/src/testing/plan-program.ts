import { join } from 'node:path';
import { bullmqQueue } from '../bullmq.js';
import { openSource } from '../node/open-source.js';
import { pgBossQueue } from '../pg-boss.js';
import { parsePlan } from '../run/plan.js';
import { runPlan } from '../run/run-plan.js';
import { translateTask } from '../run/translate-task.js';
import { openaiTranslator } from '../translate/openai-translator.js';

/** What `plan-program.ts` is started with. */
export interface PlanArgument {
  readonly plan: object;
  /** Of Redis or PostgreSQL. */
  readonly queue: string;
}

const argument: PlanArgument = JSON.parse(process.argv[2]!);
const plan = parsePlan(JSON.stringify(argument.plan));
if (plan.task.type !== 'translate') throw new Error('no translation');
const { endpoint = '', model } = plan.task;
const stalledMs = 1500;
const outcome = await runPlan(plan, {
  folder: join(plan.output, plan.name),
  sources: await Promise.all(plan.input.map((path) => openSource(path))),
  task: translateTask(plan.task, { translator: openaiTranslator({ baseUrl: endpoint, model }) }),
  openQueue: (name, attempts) =>
    argument.queue.startsWith('redis')
      ? bullmqQueue(argument.queue, { name, attempts, stalledMs })
      : pgBossQueue(argument.queue, { name, attempts, stalledMs, pollMs: 100 }),
  concurrency: 2,
  pollMs: 100,
});
console.log(JSON.stringify({ shards: outcome.shards }));
