import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Contestant, startContestant, type Together } from '../rivals/contestant.js';
import { markdownTable, writeSection } from '../rivals/docs-section.js';
import { installRival } from '../rivals/install-rival.js';
import { machineLine } from '../rivals/machine.js';
import { Models } from '../rivals/models.js';
import { othersShare, processorTicks } from '../rivals/processor-time.js';
import { spreadOf } from '../rivals/statistics.js';

// Answers made together, ours beside llama.cpp's: the running batch that the server answers with against the parallel sequences of
// node-llama-cpp, on equal random weights of InternVL2-1B's shape. `rival.ts [--work FOLDER] [--threads N] [--rounds N] [--quick] [--page docs/performance.md]`, with the work
// folder of benchmarks/rivals/run.ts nothing is written or installed again. Of llama.cpp's server there is no build on npm: node-llama-cpp has
// its library and no program. So what is compared lies below HTTP on both sides.
const { values } = parseArgs({
  options: {
    work: { type: 'string', default: join(tmpdir(), 'internvl-rivals') },
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
    prompt: { type: 'string', default: '64' },
    tokens: { type: 'string', default: '64' },
    quick: { type: 'boolean', default: false },
    page: { type: 'string' },
  },
});
const { work, threads, quick } = values;
const rounds = quick ? 1 : Number(values.rounds);
const tokens = quick ? 8 : Number(values.tokens);
const prompt = quick ? 8 : Number(values.prompt);
const models = new Models(work);
const widths = [1, 4, 16];
/** Between turns, so that threads of one that still wait for work do not slow the next one down. */
const pauseMs = 300;

const script = (name: string) => [
  '--conditions=@internvl/source',
  '--import',
  'tsx',
  fileURLToPath(new URL(`../rivals/contestants/${name}.ts`, import.meta.url)),
];

async function ours(precision: string): Promise<Contestant> {
  const args = [...script('ours'), await models.converted(precision), 'binding', threads, 'llm'];
  return startContestant(`ours ${precision}`, process.execPath, args);
}

async function llama(name: string, type: 'Q4_0' | 'Q8_0', head?: 'Q8_0'): Promise<Contestant> {
  const folder = await installRival('node-llama-cpp', join(work, 'installed'));
  const file = await models.gguf(name.replaceAll(/\W+/g, '-'), { type, head });
  return startContestant(`llama.cpp ${name}`, process.execPath, [
    ...script('llama-cpp'),
    folder,
    file,
    threads,
  ]);
}

const contestants = [
  await ours('int8'),
  await llama('Q8_0', 'Q8_0'),
  await ours('int8+q4'),
  await llama('Q4_0, head Q8_0', 'Q4_0', 'Q8_0'),
];
const ids = contestants.map(({ processId }) => processId);
const before = await processorTicks(ids);
const rates = new Map<string, number[]>();
const place = (name: string, atOnce: number) => `${name}, ${atOnce}`;
for (const atOnce of widths) {
  // As many as run at once: nobody waits, and nobody runs alone at the end.
  const stage: Together = { stage: 'together', answers: atOnce, atOnce, prompt, tokens };
  // The first turn of each warms up.
  for (let round = 0; round <= rounds; round++) {
    process.stderr.write(`${atOnce} at once, round ${round} of ${rounds}\n`);
    for (const contestant of contestants) {
      await setTimeout(pauseMs);
      const [ms = Number.NaN] = await contestant.measure(stage);
      const key = place(contestant.name, atOnce);
      if (round > 0) rates.set(key, [...(rates.get(key) ?? []), (1000 * atOnce * tokens) / ms]);
    }
  }
}
const others = othersShare(before, await processorTicks(ids));
for (const contestant of contestants) await contestant.close();

const rate = (name: string, atOnce: number) =>
  spreadOf(rates.get(place(name, atOnce)) ?? [Number.NaN]).median;
const lines = [
  `${await machineLine(Number(threads))}.${others === undefined ? '' : ` Other programs took ${(100 * others).toFixed(0)} % of the processors meanwhile.`}`,
  '',
  ...(quick ? ['**Quick run: it shows that everything works, its numbers mean nothing.**', ''] : []),
  `Answers of ${tokens} tokens to prompts of ${prompt}, prompts included; medians of ${rounds}, in turns.`,
  '',
  ...markdownTable(
    ['', ...widths.map((width) => `${width} at once, tokens/s`), '16 at once, times 1', 'what it is'],
    contestants.map(({ name, about }) => [
      name,
      ...widths.map((width) => rate(name, width).toFixed(1)),
      (rate(name, 16) / rate(name, 1)).toFixed(2),
      about,
    ]),
  ),
];
console.log(lines.join('\n'));
if (values.page !== undefined) await writeSection(values.page, 'serving-rivals', lines);
