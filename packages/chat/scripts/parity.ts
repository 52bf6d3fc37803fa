/**
 * Runs every recorded run of the reference and writes how far this project is from it: `pnpm parity [FILE]`, docs/parity.md by
 * default. All runs on onnxruntime's CPU, one picture and one text of each checkpoint on the other backends.
 * `pnpm parity FILE --precision int8` does the runs on the CPU with weights of another precision, into a file of its own.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Backend } from '@internvl/backend';
import { backendByName } from '../src/node/backend-by-name.js';
import { load } from '../src/node.js';
import { compareRun, type RunReport } from '../src/testing/compare-run.js';
import { compareTower, isTower, type TowerReport } from '../src/testing/compare-tower.js';
import { fixtures, type GoldenCase, goldenCases, sharedGoldens } from '../src/testing/golden-record.js';
import { softwareVulkan } from '../src/testing/software-vulkan.js';

type Report = RunReport | TowerReport;

/** The runs of a subset. */
const few = ['one-tile', 'static', 'text-only', 'half-size'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { precision: { type: 'string', default: 'fp32' } },
});
const { precision } = values;
const [file] = positionals;
if (precision !== 'fp32' && file === undefined) {
  throw new Error(`docs/parity.md is of fp32; name another file for ${precision}`);
}
const output = file ?? fileURLToPath(new URL('../../../docs/parity.md', import.meta.url));
const set = sharedGoldens() ?? fixtures;
const cases = await goldenCases(set);
const cache = await mkdtemp(join(tmpdir(), 'internvl-parity-'));
try {
  const sections = [
    await section(`onnxruntime, CPU${ofPrecision()}`, await backendByName('cpu'), () => true),
  ];
  if (precision === 'fp32') {
    const reference = await backendByName('reference');
    sections.push(
      await section('reference (plain TypeScript)', reference, (run) => few.includes(run)),
      await webgpu(),
    );
  }
  await writeFile(output, `${head()}\n${sections.join('\n')}`);
} finally {
  await rm(cache, { recursive: true, force: true });
}

function ofPrecision(): string {
  return precision === 'fp32' ? '' : `, ${precision}`;
}

/** In a process of its own: where there is no GPU, a software driver has to be named before a process starts. */
async function webgpu(): Promise<string> {
  const title = 'onnxruntime, WebGPU';
  const script = fileURLToPath(new URL('compare-webgpu.ts', import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, script], {
    env: { ...process.env, ...softwareVulkan() },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  const reports: RunReport[] = [];
  for await (const line of createInterface({ input: child.stdout })) reports.push(JSON.parse(line));
  const [status] = await ended;
  if (status !== 0) return `## ${title}\n\nNot run: no WebGPU device where this table was made.\n`;
  const note =
    'Checkpoints of 17 positions a tile, prompts in chunks of 16 tokens, so that a software device can do it: onnxruntime 1.30\n' +
    'computes attention over 32 and more new positions wrongly where subgroups have 4 lanes instead of 16 or more. `nodeBackend`\n' +
    'passes over such a device unless it is told not to look.';
  return `## ${title}\n\n${summary(reports)}\n\n${note}\n\n${table(reports)}\n`;
}

async function section(title: string, backend: Backend, wanted: (run: string) => boolean): Promise<string> {
  const reports: Report[] = [];
  for (const golden of cases) {
    const runs = golden.runs.filter(wanted);
    if (runs.length > 0) reports.push(...(await reportsOf(golden, runs, backend)));
  }
  return `## ${title}\n\n${summary(reports)}\n\n${table(reports)}\n`;
}

async function reportsOf(golden: GoldenCase, runs: readonly string[], backend: Backend): Promise<Report[]> {
  const reports: Report[] = [];
  const note = (report: Report) => {
    reports.push(report);
    process.stderr.write(`${backend.name} ${report.case} ${report.run}\n`);
  };
  if (isTower(golden)) {
    for (const run of runs) note(await compareTower(golden, run, { backend, cache, precision }));
    return reports;
  }
  const chat = await load(golden.folder, { backend, cache, precision });
  try {
    for (const run of runs) note(await compareRun(chat, golden, run));
  } finally {
    await chat.dispose();
  }
  return reports;
}

function head(): string {
  return `# Parity

How far answers are from the reference code's, run by run: OpenGVLab/InternVL and transformers in float32, recorded in
\`fixtures/checkpoints\` (its README says how). Written by \`pnpm parity\`; ${set === fixtures ? 'the runs in the repository' : 'the full set of runs'}.

Numbers are largest absolute differences. Prompt, ids and text are equal or not. Float32 against float64 moves the reference
itself by up to 1.1e-5 (ViT output), 3.7e-6 (visual tokens) and 4.0e-5 (logits, which have a standard deviation of about 4).
Pixel values are compared by the hash of all their bytes. In native (\`hf-\`) runs with images the recorded vision tensors
come from a second run whose images torchvision resized; there, vision columns are of such images too.
`;
}

function summary(reports: readonly Report[]): string {
  const answers = reports.filter((report) => 'ids' in report);
  const worst = (errors: readonly (number | undefined)[]) =>
    number(Math.max(0, ...errors.map((error) => error ?? 0)));
  const vision = worst(reports.map((report) => report.vision));
  const visualTokens = worst(answers.map((report) => report.visualTokens));
  const logits = worst(answers.map((report) => report.logits));
  const exact = answers.filter(({ prompt, promptIds, ids, text }) => prompt && promptIds && ids && text);
  return `${exact.length} of ${answers.length} answers equal in prompt, prompt ids, new ids and text. Largest errors: ViT output ${vision}, visual tokens ${visualTokens}, logits ${logits}.`;
}

function table(reports: readonly Report[]): string {
  const rows = reports.map((report) => {
    const answer = 'ids' in report ? report : undefined;
    return [
      report.case,
      report.run,
      answer ? equal(answer.prompt && answer.promptIds) : '',
      report.pixelsEqual === undefined ? '' : equal(report.pixelsEqual),
      number(report.vision),
      number(answer?.visualTokens),
      number(answer?.logits),
      answer ? equal(answer.ids) : '',
      answer ? equal(answer.text) : '',
    ];
  });
  const titles = [
    'case',
    'run',
    'prompt',
    'pixel values',
    'ViT output',
    'visual tokens',
    'logits',
    'ids',
    'text',
  ];
  return [titles, titles.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function equal(same: boolean): string {
  return same ? 'equal' : '**different**';
}

function number(value: number | undefined): string {
  return value === undefined ? '' : value === 0 ? '0' : value.toExponential(1);
}
