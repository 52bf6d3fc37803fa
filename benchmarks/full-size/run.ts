import { spawn } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const internvl = here('../../packages/cli/dist/internvl.js');
const image = here('../../fixtures/images/panda.png');

interface Stage {
  readonly name: string;
  readonly wallMs: number;
  readonly anonymousBytes: number;
  readonly residentBytes: number;
  readonly output: string;
}

/** Runs the built command line in a process of its own and measures it from start to exit. */
async function measure(name: string, work: string, args: readonly string[]): Promise<Stage> {
  const probe = join(work, 'memory-probe.json');
  const started = performance.now();
  const child = spawn(process.execPath, ['--import', here('memory-probe.mjs'), internvl, ...args], {
    env: { ...process.env, MEMORY_PROBE: probe },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const wallMs = performance.now() - started;
  if (status !== 0) throw new Error(`internvl ${args.join(' ')} ended with ${status}: ${output}`);
  const peaks: { anonymousBytes: number; residentBytes: number } = JSON.parse(await readFile(probe, 'utf8'));
  return { name, wallMs, ...peaks, output };
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
const gigabytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(2)} GiB`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string' },
    title: { type: 'string', default: 'Full size' },
    precision: { type: 'string', default: 'fp32' },
  },
});
const [model, work] = positionals;
if (model === undefined || work === undefined) {
  console.error('usage: run CHECKPOINT WORK_FOLDER [--precision P] [--title T] [--out TABLE.md]');
  process.exitCode = 2;
} else {
  const cache = join(work, 'cache');
  await rm(cache, { recursive: true, force: true });
  const chat = (newTokens: number) => [
    'chat',
    model,
    ...['--image', image, '--prompt', 'Describe the image.', '--max-tiles', '6', '--json'],
    ...['--max-new-tokens', String(newTokens), '--cache', cache, '--precision', values.precision],
  ];
  const stages = [
    await measure('convert, load and answer: 1 token', work, chat(1)),
    await measure('load from the cache and answer: 32 tokens', work, chat(32)),
  ];
  const rows = stages.map((stage) => {
    const { timings, usage } = JSON.parse(stage.output);
    return [
      stage.name,
      seconds(stage.wallMs),
      seconds(timings.loadMs),
      seconds(timings.visionMs),
      `${usage.inputTokens} in ${seconds(timings.prefillMs)}`,
      `${usage.outputTokens} in ${seconds(timings.decodeMs)}`,
      gigabytes(stage.anonymousBytes),
      gigabytes(stage.residentBytes),
    ].join(' | ');
  });
  const table = [
    `### ${values.title}`,
    '',
    `${cpus()[0]?.model}, ${cpus().length} cores, ${gigabytes(totalmem())} memory, Node ${process.version}, 7 tiles, ${values.precision}.`,
    '',
    '| run | whole process | load | vision | prefill tokens | decode tokens | anonymous peak | resident peak |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
    '',
  ].join('\n');
  process.stdout.write(table);
  if (values.out !== undefined) await writeFile(values.out, table);
}
