import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { load } from '@internvl/chat/node';
import {
  inProcessQueue,
  type JobQueue,
  localTranslator,
  openaiTranslator,
  type Plan,
  parsePlan,
} from '@internvl/dataset';
import {
  inferTask,
  openSources,
  runPlan,
  type ShardTask,
  translateTask,
  validateTask,
} from '@internvl/dataset/node';
import { defineCommand } from '../../command.js';
import { modelPath } from '../../input/model.js';
import { showProgress } from '../../input/progress.js';
import { globalOptions, runtimeOf, runtimeOptions, streamingOption } from '../../options/common-options.js';
import type { OptionsOf } from '../../options/options.js';
import { usageError } from '../../options/usage-error.js';
import type { Output } from '../../terminal/output.js';
import type { Surroundings } from '../../terminal/surroundings.js';
import { localAnswerer } from './local-answerer.js';
import { localModel } from './local-model.js';
import { keyOf } from './translate-options.js';

const table = {
  workers: {
    type: 'string',
    value: 'URL',
    help: 'redis://… or postgres://…: share the work with every process that runs the same plan there. Default: this process alone.',
  },
  concurrency: {
    type: 'string',
    value: 'N',
    help: 'Shards at once in this process; 0 only watches. Default: 1.',
  },
  'stalled-seconds': {
    type: 'string',
    value: 'N',
    help: 'A worker that is silent for so long counts as dead, and its shards go to others. Default: 15.',
  },
  ...runtimeOptions,
  ...globalOptions,
  ...streamingOption,
} as const;

/** Counts in the reports of shards that say something is not as it should be. */
const troubles = ['errors', 'quarantined', 'unreadable', 'unwritable'];

/** Changes with the rules. */
const VALIDATION = 'rules/1';

export const run = defineCommand({
  usage: 'data run PLAN.json [--workers redis://…|postgres://…] [--concurrency N]',
  summary:
    'Translates, validates or answers the rows of a plan, shard by shard, alone or together with other machines that run the same plan. Stopped or killed at any point, it goes on where it was. docs/translation.md has the fields of a plan.',
  options: table,
  async run({ options, positionals, surroundings, output, signal }) {
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0) {
      const came = file === undefined ? 'none' : `also '${more.join(' ')}'`;
      throw usageError(`Expected one PLAN.json, got ${came}; write internvl data run PLAN.json.`);
    }
    const openQueue = queueOpener(options);
    const plan = parsePlan(await readFile(file, 'utf8'));
    const home = dirname(resolve(file));
    const root = plan.root === undefined ? undefined : resolve(home, plan.root);
    const sources = await openSources(
      plan.input.map((name) => (/^[a-z][a-z\d+.-]+:\/\//i.test(name) ? name : resolve(home, name))),
      { signal },
    );
    const { task, dispose } = await taskOf(plan, root, options, surroundings, output);
    try {
      const outcome = await runPlan(plan, {
        folder: join(resolve(home, plan.output), plan.name),
        sources,
        task,
        openQueue,
        concurrency: options.number('concurrency', { least: 0, whole: true }),
        signal,
        onProgress: (progress) => {
          const { status, shards, done, active, failed, rows, bytes } = progress;
          if (status === 'sharding') output.progress('cutting into shards', bytes, 0, 'bytes');
          else {
            const trouble = failed > 0 ? `, ${failed} failed` : '';
            output.progress(
              `${plan.name}: ${active} shards in work${trouble}, ${rows} rows here`,
              done,
              shards,
            );
          }
          output.event({ progress });
        },
      });
      const { folder, shards, files } = outcome;
      const summary = task.summarise(outcome.reports);
      const document = { plan: plan.name, folder, shards, files, summary: documentOf(summary) };
      const text = `${shards} shards done; ${files.map((name) => join(folder, name)).join(', ')}`;
      output.result(output.format === 'jsonl' ? { summary: document } : document, text);
      return troubles.some((name) => outcome.reports.some((report) => Number(report[name] ?? 0) > 0)) ? 1 : 0;
    } finally {
      await dispose();
    }
  },
});

/** The first JSON document of a summary, as data. */
function documentOf(summary: Readonly<Record<string, string>>): unknown {
  const json = Object.entries(summary).find(([name]) => name.endsWith('.json'));
  return json === undefined ? null : JSON.parse(json[1]);
}

function queueOpener(
  options: OptionsOf<typeof table>,
): (name: string, attempts: number) => Promise<JobQueue> {
  const url = options.text('workers');
  const seconds = options.number('stalled-seconds', { least: 1 });
  const stalledMs = seconds === undefined ? undefined : seconds * 1000;
  if (url === undefined) return async (_name, attempts) => inProcessQueue({ attempts });
  if (/^rediss?:\/\//i.test(url)) {
    return async (name, attempts) => {
      const { bullmqQueue } = await import('@internvl/dataset/bullmq');
      return bullmqQueue(url, { name, attempts, stalledMs });
    };
  }
  if (/^postgres(?:ql)?:\/\//i.test(url)) {
    return async (name, attempts) => {
      const { pgBossQueue } = await import('@internvl/dataset/pg-boss');
      return pgBossQueue(url, { name, attempts, stalledMs });
    };
  }
  throw usageError('Expected --workers as redis://… or postgres://…, got another address; pass one of them.');
}

async function taskOf(
  plan: Plan,
  root: string | undefined,
  options: OptionsOf<typeof table>,
  surroundings: Surroundings,
  output: Output,
): Promise<{ readonly task: ShardTask; dispose(): Promise<void> }> {
  const { task } = plan;
  const onNote = (note: string) => output.note(note);
  const nothing = async () => {};
  if (task.type === 'validate')
    return { task: validateTask(task, { root, version: VALIDATION }), dispose: nothing };
  if (task.type === 'translate' && task.endpoint !== undefined) {
    const translator = openaiTranslator({
      baseUrl: task.endpoint,
      model: task.model,
      apiKey: keyOf(task.apiKeyVariable, surroundings.env),
      temperature: task.temperature,
      seed: task.seed,
      format: task.format,
      extraBody: task.extraBody,
    });
    return { task: translateTask(task, { translator, onNote }), dispose: nothing };
  }
  const chat = await load(modelPath(task.model), {
    ...runtimeOf(options),
    env: surroundings.env,
    signal: surroundings.signal,
    onProgress: showProgress(output),
    onNote,
  });
  output.progressDone();
  const dispose = () => chat.dispose();
  if (task.type === 'translate') {
    const translator = localTranslator(localModel(task.model, chat, { temperature: task.temperature }));
    return { task: translateTask(task, { translator, onNote }), dispose };
  }
  return { task: inferTask(localAnswerer(task, chat, root, surroundings), { onNote }), dispose };
}
