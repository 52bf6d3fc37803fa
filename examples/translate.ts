import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { finishedAnswer, type Turn } from '@internvl/chat';
import { load } from '@internvl/chat/node';
import { inProcessQueue, internvl, openaiTranslator, parsePlan } from '@internvl/dataset';
import { fileCallLog, inferTask, openSource, runPlan, translateRows } from '@internvl/dataset/node';
import { createHandler, serve } from '@internvl/server/node';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'translate-'));
const rows = join(folder, 'rows.jsonl');
const question = (image: string, text: string) =>
  JSON.stringify({
    id: image,
    image,
    conversations: [
      { from: 'human', value: `<image>\n${text}` },
      { from: 'gpt', value: 'There are 3, see <ref>the ring</ref><box>[[120, 80, 400, 360]]</box>.' },
    ],
  });
await writeFile(
  rows,
  ['shapes-0.png', 'shapes-1.png']
    .map((image) => `${question(image, 'How many shapes are there?')}\n`)
    .join(''),
);

const chat = await load(process.argv[2] ?? here('../models/nano'));

// Any server that speaks OpenAI's chat completions translates; here it is our own, over the same model. In one process
// `localTranslator` does without a server.
const server = await serve(createHandler({ models: { nano: chat } }), { port: 0 });
const translator = openaiTranslator({ baseUrl: `${server.url}/v1`, model: 'nano', format: 'none' });

// Every answer is in the log before anyone looks at it: run this again on the same folder and nobody is asked.
const log = await fileCallLog(join(folder, 'calls'));
const { counts } = await translateRows(internvl.read!(await openSource(rows)), {
  translator,
  log,
  to: 'zh',
  out: join(folder, 'zh.jsonl'),
  quarantine: join(folder, 'zh.bad.jsonl'),
  repairs: 1,
  maxTokens: 64,
});
await log.close();
await server.close();
const { translated, quarantined } = counts.samples;
console.log(`translated ${translated}, set apart ${quarantined}, in ${counts.usage.calls} calls`);
// Nano has only learned to answer about drawings, and the checks see that.
for (const line of (await readFile(join(folder, 'zh.bad.jsonl'), 'utf8'))
  .trim()
  .split('\n')
  .filter(Boolean)) {
  const { row, failures } = JSON.parse(line);
  console.log(`${row.id}: ${failures.map((failure: { message: string }) => failure.message).join('; ')}`);
}

// What it can do, in shards: with a queue on Redis or PostgreSQL, any number of machines would share them.
const plan = parsePlan(
  JSON.stringify({
    name: 'count',
    input: rows,
    output: folder,
    shardRows: 1,
    task: { type: 'infer', model: 'nano' },
  }),
);
const { files, shards } = await runPlan(plan, {
  folder: join(folder, plan.name),
  sources: [await openSource(rows)],
  openQueue: async () => inProcessQueue(),
  task: inferTask({
    id: 'nano, greedy',
    async answer({ images, turns }, _file, signal) {
      const image = here(`../models/nano/samples/${images[0]?.path}`);
      const text =
        turns[0]?.parts.map((part) => (part.type === 'text' ? part.text.trim() : '')).join('') ?? '';
      const asked: Turn = {
        role: 'user',
        parts: [
          { type: 'image', image },
          { type: 'text', text },
        ],
      };
      const answer = await finishedAnswer(chat.answer([asked], { maxNewTokens: 16, signal }));
      return { text: answer.text };
    },
  }),
  onProgress: ({ status, done, shards: all }) => process.stderr.write(`${status} ${done} of ${all}\n`),
});
console.log(`${shards} shards: ${files.join(', ')}`);
console.log((await readFile(join(folder, plan.name, 'answers.jsonl'), 'utf8')).trim());

await chat.dispose();
await rm(folder, { recursive: true });
