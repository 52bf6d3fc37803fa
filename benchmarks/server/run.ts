import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { writeSection } from '../rivals/docs-section.js';
import { type Asked, atOnce } from './ask.js';
import { Load, mixed, noEnds } from './load.js';
import { NanoServer } from './nano-server.js';
import { decodeHeavy, mixedQuestions } from './questions.js';
import {
  type LoadReport,
  type MemorySample,
  type MixedReport,
  reportLines,
  type ThroughputReport,
} from './report.js';
import { Watchdog } from './watchdog.js';

// Load on the nano model over loopback, in three parts: many clients at once, of whom one in ten leaves midway and one in twenty sends
// nonsense, each answer compared with the same request alone; throughput by the number of clients, in turns; memory over many requests of the
// same mixture. All of it, on a machine that has nothing else to do, takes some five minutes:
//
//   node --conditions=@internvl/source --import tsx benchmarks/server/run.ts
//
// A short one: --requests 320 --heavy-requests 16 --rounds 1 --memory-requests 1000. With --part mixed, throughput or memory only that part is
// run; --json prints data, --page docs/performance.md writes the section there. What should not be is told on standard error, and the status is
// 1: anything lost, crossed or left behind, more waiting than may, memory that grows. When nothing ends for --stall-seconds, it tells what is
// under way on both sides and ends with status 2.
const defaults = {
  clients: '64',
  requests: '640',
  running: '16',
  waiting: '40',
  'heavy-requests': '32',
  'heavy-tokens': '128',
  rounds: '3',
  'memory-requests': '5000',
  'stall-seconds': '60',
};
const { values: options } = parseArgs({
  options: {
    ...Object.fromEntries(
      Object.entries(defaults).map(([name, value]) => [name, { type: 'string' as const, default: value }]),
    ),
    part: { type: 'string' },
    page: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const count = (name: keyof typeof defaults) =>
  Number(Object.entries(options).find(([option]) => option === name)?.[1]);

/** What memory may grow by between the first fifth of the requests and the last one. */
const heapSlackMiB = 8;
const residentSlackMiB = 64;

const server = await NanoServer.start({ running: count('running'), waiting: count('waiting') });
const watchdog = new Watchdog(server, count('stall-seconds'));
const load = new Load(server, watchdog);
const wrong: string[] = [];
const wanted = (part: string) => options.part === undefined || options.part === part;
const report: LoadReport = {
  machine: `${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}`,
  backend: server.backend,
  mixed: wanted('mixed') ? await mixedLoad() : undefined,
  throughput: wanted('throughput') ? await throughput() : undefined,
  memory: wanted('memory') ? await memoryOverTime() : undefined,
};
watchdog.stop();
await server.close();
const lines = reportLines(report, wrong);
console.log(options.json ? JSON.stringify(report, null, 2) : lines.join('\n'));
if (options.page !== undefined) await writeSection(options.page, 'serving', lines);
for (const sentence of wrong) console.error(`wrong: ${sentence}`);
if (wrong.length > 0) process.exitCode = 1;

async function mixedLoad(): Promise<MixedReport> {
  const questions = await mixedQuestions();
  const alone = await load.alone(questions);
  const tasks = mixed(questions, count('requests'));
  const ends = noEnds();
  const start = performance.now();
  await load.run(count('clients'), tasks, alone, ends);
  const seconds = (performance.now() - start) / 1000;
  const { firstTokenMs, ...told } = ends;
  await judge(tasks.length, ends);
  firstTokenMs.sort((a, b) => a - b);
  const share = (at: number) => Math.round(firstTokenMs[Math.floor(firstTokenMs.length * at)] ?? 0);
  return {
    clients: count('clients'),
    requests: tasks.length,
    waiting: count('waiting'),
    seconds: Number(seconds.toFixed(1)),
    ...told,
    firstTokenMs: { median: share(0.5), p95: share(0.95) },
  };
}

/** Notes what should not be. */
async function judge(requests: number, ends: ReturnType<typeof noEnds>): Promise<void> {
  const { answeredAsAlone, crossed, lost, leftMidway, refusedMalformed, mostWaiting } = ends;
  if (crossed.length > 0) wrong.push(`${crossed.length} answers are not those of the same requests alone`);
  const ended = answeredAsAlone + crossed.length + leftMidway + refusedMalformed;
  if (lost > 0 || ended !== requests) wrong.push(`${requests - ended} of ${requests} requests were lost`);
  if (mostWaiting > count('waiting')) wrong.push(`${mostWaiting} waited where ${count('waiting')} may`);
  for (const gauge of ['running', 'waiting', 'held_bytes']) {
    const value = await server.gauge(gauge);
    if (value !== 0) wrong.push(`${gauge} is ${value} when all is over`);
  }
}

async function throughput(): Promise<ThroughputReport> {
  const tasks = decodeHeavy(count('heavy-requests'), count('heavy-tokens'));
  const widths = [1, 4, 16];
  const rates = new Map<number, number[]>(widths.map((clients) => [clients, []]));
  // Round 0 warms up.
  for (let round = 0; round <= count('rounds'); round++) {
    for (const clients of widths) {
      const rate = await tokensPerSecond(clients, tasks);
      if (round > 0) rates.get(clients)!.push(rate);
    }
  }
  const median = (clients: number) =>
    rates.get(clients)!.toSorted((a, b) => a - b)[Math.floor(count('rounds') / 2)]!;
  return {
    requests: tasks.length,
    tokensEach: count('heavy-tokens'),
    rates: widths.map((clients) => ({ clients, tokensPerSecond: Math.round(median(clients)) })),
    ratioAt16: Number((median(16) / median(1)).toFixed(2)),
  };
}

async function tokensPerSecond(clients: number, tasks: readonly Asked[]): Promise<number> {
  let tokens = 0;
  const start = performance.now();
  await atOnce(clients, tasks, async (asked) => {
    const { outputTokens } = await load.persist(asked);
    tokens += outputTokens;
  });
  return (1000 * tokens) / (performance.now() - start);
}

async function memoryOverTime(): Promise<readonly MemorySample[]> {
  // Short answers: it is the number of requests that counts.
  const questions = (await mixedQuestions()).map(({ name, body }) => ({
    name,
    body: { ...body, max_tokens: 4 },
  }));
  const alone = await load.alone(questions);
  const steps = 10;
  const tasks = mixed(questions, count('memory-requests'));
  const ends = noEnds();
  const samples: MemorySample[] = [];
  for (let step = 0; step <= steps; step++) {
    const at = (share: number) => Math.round((tasks.length * share) / steps);
    const { rss, heapUsed, external } = await server.memory();
    const mib = (bytes: number) => Math.round(bytes / 2 ** 20);
    samples.push({
      requests: at(step),
      rssMiB: mib(rss),
      heapMiB: mib(heapUsed),
      externalMiB: mib(external),
    });
    if (step < steps) await load.run(16, tasks.slice(at(step), at(step + 1)), alone, ends);
  }
  await judge(tasks.length, ends);
  const mean = (from: number, name: 'rssMiB' | 'heapMiB') =>
    (samples[from]![name] + samples[from + 1]![name]) / 2;
  for (const [name, slack] of [
    ['rssMiB', residentSlackMiB],
    ['heapMiB', heapSlackMiB],
  ] as const) {
    const grown = mean(steps - 1, name) - mean(2, name);
    if (grown > slack)
      wrong.push(`${name} grew by ${grown} between ${samples[2]!.requests} and ${tasks.length} requests`);
  }
  return samples;
}
