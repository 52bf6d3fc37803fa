import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { type Asked, ask, atOnce, type Ended } from './ask.js';
import { NanoServer } from './nano-server.js';
import { decodeHeavy, malformed, mixedQuestions } from './questions.js';
import { Watchdog } from './watchdog.js';

// Load on the nano model over loopback, in three parts: many clients at once, each answer compared with the same request alone;
// throughput by the number of clients; memory over many requests. Ends with status 1 when anything is lost, crossed or refused that
// should not be. --json prints data. When nothing ends for --stall-seconds, it tells what is under way on both sides and ends with
// status 2; with --part only that part is run.
const { values: options } = parseArgs({
  options: {
    clients: { type: 'string', default: '64' },
    requests: { type: 'string', default: '640' },
    running: { type: 'string', default: '16' },
    waiting: { type: 'string', default: '40' },
    'heavy-requests': { type: 'string', default: '32' },
    'heavy-tokens': { type: 'string', default: '128' },
    'memory-requests': { type: 'string', default: '5000' },
    'stall-seconds': { type: 'string', default: '60' },
    part: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const count = (
  name:
    | 'clients'
    | 'requests'
    | 'running'
    | 'waiting'
    | 'heavy-requests'
    | 'heavy-tokens'
    | 'memory-requests'
    | 'stall-seconds',
) => Number(options[name]);

const server = await NanoServer.start({ running: count('running'), waiting: count('waiting') });
const watchdog = new Watchdog(server, count('stall-seconds'));
const wanted = (part: string) => options.part === undefined || options.part === part;
const report = {
  machine: `${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}`,
  backend: server.backend,
  mixed: wanted('mixed') ? await mixedLoad() : undefined,
  throughput: wanted('throughput') ? await throughput() : undefined,
  memory: wanted('memory') ? await memoryOverTime() : undefined,
};
watchdog.stop();
await server.close();
if (options.json) console.log(JSON.stringify(report, null, 2));
else
  console.log(
    JSON.stringify(report, null, 2)
      .replaceAll(/["{},]/g, '')
      .replaceAll(/^\s*\n/gm, ''),
  );
const { mixed } = report;
if (mixed && (mixed.crossed.length > 0 || mixed.lost > 0 || mixed.mostWaiting > count('waiting')))
  process.exitCode = 1;

/** Asks until it is not told to come again; says how often it was. */
async function persist(asked: Asked, leaveAfter?: number): Promise<Ended & { readonly refusals: number }> {
  for (let refusals = 0; ; refusals++) {
    const over = watchdog.begin(asked.name);
    const ended = await ask(server.url, asked, leaveAfter).finally(over);
    if (ended.status !== 429) return { ...ended, refusals };
    // Clients wait as they were told, but not all the same time.
    const ms = (ended.retryAfterMs ?? 1000) * (0.5 + Math.random() / 2);
    await new Promise((resolve) => setTimeout(resolve, ms));
  }
}

async function mixedLoad() {
  const questions = await mixedQuestions();
  const alone = new Map<string, string>();
  for (const asked of questions) alone.set(asked.name, (await persist(asked)).text);

  const tasks = Array.from({ length: count('requests') }, (_, index) => ({
    asked: questions[index % questions.length]!,
    kind: index % 20 === 7 ? 'malformed' : index % 10 === 3 ? 'leaves' : 'stays',
  }));
  const crossed: string[] = [];
  const firstTokenMs: number[] = [];
  let [answered, left, refused, lost, refusals, mostWaiting, done] = [0, 0, 0, 0, 0, 0, false];
  const watch = (async () => {
    while (!done) {
      mostWaiting = Math.max(mostWaiting, await server.gauge('waiting'));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  const start = performance.now();
  await atOnce(count('clients'), tasks, async ({ asked, kind }, index) => {
    try {
      if (kind === 'malformed') {
        const { status } = await persist({ name: 'malformed', body: malformed[index % malformed.length]! });
        if (status === 400 || status === 404) refused++;
        else lost++;
        return;
      }
      const ended = await persist(asked, kind === 'leaves' ? 2 : undefined);
      refusals += ended.refusals;
      if (ended.status === 499) left++;
      else if (ended.status !== 200) lost++;
      else if (ended.text === alone.get(asked.name)) answered++;
      else crossed.push(`${asked.name}: ${ended.text}`);
      if (ended.status === 200) firstTokenMs.push(ended.firstTokenMs);
    } catch (error) {
      console.error(asked.name, error);
      lost++;
    }
  });
  const seconds = (performance.now() - start) / 1000;
  done = true;
  await watch;
  firstTokenMs.sort((a, b) => a - b);
  const share = (at: number) => Math.round(firstTokenMs[Math.floor(firstTokenMs.length * at)] ?? 0);
  return {
    clients: count('clients'),
    requests: tasks.length,
    seconds: Number(seconds.toFixed(1)),
    answeredAsAlone: answered,
    crossed,
    lost,
    leftMidway: left,
    refusedMalformed: refused,
    toldToComeAgain: refusals,
    mostWaiting,
    stillRunning: await server.gauge('running'),
    firstTokenMs: { median: share(0.5), p95: share(0.95) },
  };
}

async function throughput() {
  const tasks = decodeHeavy(count('heavy-requests'), count('heavy-tokens'));
  const rates: { clients: number; tokensPerSecond: number; seconds: number }[] = [];
  for (const clients of [1, 4, 16]) {
    let tokens = 0;
    const start = performance.now();
    await atOnce(clients, tasks, async (asked) => {
      const { outputTokens } = await persist(asked);
      tokens += outputTokens;
    });
    const seconds = (performance.now() - start) / 1000;
    rates.push({
      clients,
      tokensPerSecond: Math.round(tokens / seconds),
      seconds: Number(seconds.toFixed(1)),
    });
  }
  return {
    requests: tasks.length,
    rates,
    ratioAt16: Number((rates[2]!.tokensPerSecond / rates[0]!.tokensPerSecond).toFixed(2)),
  };
}

async function memoryOverTime() {
  const questions = await mixedQuestions();
  const total = count('memory-requests');
  const samples: { requests: number; rssMiB: number; heapMiB: number; externalMiB: number }[] = [];
  const steps = 10;
  for (let step = 0; step <= steps; step++) {
    const { rss, heapUsed, external } = await server.memory();
    const mib = (bytes: number) => Math.round(bytes / 2 ** 20);
    samples.push({
      requests: Math.round((total * step) / steps),
      rssMiB: mib(rss),
      heapMiB: mib(heapUsed),
      externalMiB: mib(external),
    });
    if (step === steps) break;
    const tasks = Array.from({ length: total / steps }, (_, index) => questions[index % questions.length]!);
    await atOnce(16, tasks, async (asked) => {
      await persist({ ...asked, body: { ...asked.body, max_tokens: 2 } });
    });
  }
  return samples;
}
