import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ChatServer, completion, startChatServer } from '../testing/chat-server.js';
import { type Killable, startProgram } from '../testing/killable.js';
import type { PlanArgument } from '../testing/plan-program.js';
import { pseudoAnswer } from '../testing/pseudo-translation.js';
import { rowsOf } from '../testing/rows.js';
import {
  postgresAvailable,
  redisAvailable,
  type Service,
  startPostgres,
  startRedis,
} from '../testing/service.js';
import type { TranslateArgument } from '../testing/translate-program.js';

let directory: string;
let server: ChatServer;
/** Called when a request has come, before it is answered. */
let onRequest: (count: number) => void | Promise<void>;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kill-'));
  onRequest = () => {};
  server = await startChatServer(async ({ contents }) => {
    await onRequest(server.requests.length);
    const answer = pseudoAnswer(contents[1]!);
    // Every tenth sample needs a repair, so that runs hold calls that build on others.
    const lossy = /picture \d*7\?/.test(contents[1]!) && contents.length === 2;
    return completion(lossy ? answer.replace(/⟦3⟧/, '') : answer);
  });
});
afterEach(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

/** Numbers from 0 up to 1, the same in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Every response in the logs below a folder, by the messages it answers. */
async function loggedCalls(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true });
  let lines = 0;
  for (const name of names.filter((each) => /calls-\d+\.jsonl$/.test(each))) {
    lines += (await readFile(join(folder, name), 'utf8'))
      .split('\n')
      .filter((line) => line.endsWith('}')).length;
  }
  return lines;
}

/** Requests that were made more than once, counted beyond the first. */
function paidAgain(from = 0): number {
  const asked = server.requests.slice(from).map(({ contents }) => JSON.stringify(contents));
  return asked.length - new Set(asked).size;
}

describe('a translation that is killed', () => {
  const rows = 160;
  const argument = (name: string): TranslateArgument => ({
    url: server.url,
    input: join(directory, 'rows.jsonl'),
    out: join(directory, `${name}.jsonl`),
    quarantine: join(directory, `${name}.bad.jsonl`),
    calls: join(directory, `${name}-calls`),
  });

  test('again and again gives the same bytes, and what was logged is never paid for again', async () => {
    await writeFile(join(directory, 'rows.jsonl'), `${rowsOf(rows).join('\n')}\n{"id": broken\n`);
    const undisturbed = await startProgram('translate-program.ts', argument('undisturbed')).ended;
    expect(undisturbed.status, undisturbed.output).toBe(0);
    expect(paidAgain()).toBe(0);
    const before = server.requests.length;

    const random = seeded(3);
    let kills = 0;
    let inFlight = 0;
    for (;;) {
      const program = startProgram('translate-program.ts', argument('killed'));
      // Half the time while answers are on their way, else a moment later.
      const at = server.requests.length + 5 + Math.floor(random() * 25);
      const later = random() < 0.5;
      let killing: Promise<void> | undefined;
      onRequest = async (count) => {
        if (count < at || killing !== undefined || kills >= 4) return;
        inFlight += server.open;
        killing = later
          ? new Promise((resolve) => setTimeout(resolve, 5)).then(program.kill)
          : program.kill();
        if (!later) await killing;
      };
      const { status, output } = await program.ended;
      await killing;
      if (killing === undefined) {
        expect(status, output).toBe(0);
        break;
      }
      kills++;
      await expect(readFile(argument('killed').out)).rejects.toMatchObject({ code: 'ENOENT' });
    }
    expect(kills).toBe(4);
    for (const name of ['.jsonl', '.bad.jsonl']) {
      const [one, two] = ['undisturbed', 'killed'].map((each) => readFile(join(directory, `${each}${name}`)));
      expect((await two)!.equals((await one)!)).toBe(true);
    }
    const lines = (await readFile(argument('killed').out, 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).id)).toEqual(rowsOf(rows).map((line) => JSON.parse(line).id));
    // Whatever was asked twice was in flight at a kill; the concurrency is 8.
    const lost = server.requests.length - before - (await loggedCalls(argument('killed').calls));
    expect(paidAgain(before)).toBeLessThanOrEqual(lost);
    expect(lost).toBeLessThanOrEqual(kills * 8);
    expect(inFlight).toBeGreaterThan(0);
  });
});

function distributed(start: () => Promise<Service>) {
  let service: Service;
  beforeEach(async () => {
    service = await start();
  });
  afterEach(() => service.stop());

  const rows = 240;
  const argument = (name: string): PlanArgument => ({
    queue: service.url,
    plan: {
      name,
      input: [join(directory, 'a.jsonl'), join(directory, 'b.jsonl')],
      output: join(directory, 'out'),
      shardRows: 20,
      attempts: 20,
      task: { type: 'translate', to: 'zh', endpoint: server.url, model: 'test', concurrency: 4 },
    },
  });

  test('killed workers and a restarted server: the same bytes, no row lost or doubled', async () => {
    const lines = rowsOf(rows);
    await writeFile(join(directory, 'a.jsonl'), `${lines.slice(0, 130).join('\n')}\n`);
    await writeFile(join(directory, 'b.jsonl'), lines.slice(130).join('\n'));
    const undisturbed = await startProgram('plan-program.ts', argument('undisturbed')).ended;
    expect(undisturbed.status, undisturbed.output).toBe(0);
    expect(paidAgain()).toBe(0);
    const before = server.requests.length;

    const random = seeded(5);
    const workers: Killable[] = [];
    const startWorker = () => void workers.push(startProgram('plan-program.ts', argument('killed')));
    startWorker();
    startWorker();
    let next = before + 40;
    let kills = 0;
    let restarts = 0;
    let acting: Promise<void> = Promise.resolve();
    onRequest = (count) => {
      if (count < next || kills >= 3) return;
      next = count + 25 + Math.floor(random() * 30);
      const restart = kills === 1 && restarts === 0;
      if (restart) restarts++;
      else kills++;
      acting = acting.then(async () => {
        if (restart) {
          await service.restart();
          return;
        }
        const [victim] = workers.splice(Math.floor(random() * workers.length), 1);
        await victim!.kill();
        startWorker();
      });
    };
    // The survivors end by themselves when all is done.
    for (;;) {
      const all = [...workers];
      const ended = await Promise.all(all.map(({ ended: end }) => end));
      await acting;
      if (workers.length === all.length && workers.every((worker) => all.includes(worker))) {
        for (const { status, output } of ended) expect(status, output).toBe(0);
        break;
      }
    }
    expect({ kills, restarts }).toEqual({ kills: 3, restarts: 1 });
    const place = (name: string) => join(directory, 'out', name);
    for (const file of ['translated.jsonl', 'quarantine.jsonl', 'card.json', 'card.md']) {
      const one = await readFile(join(place('undisturbed'), file));
      const two = await readFile(join(place('killed'), file));
      expect(two.equals(one), file).toBe(true);
    }
    const left = await readdir(place('killed'), { recursive: true });
    expect(left.filter((name) => name.includes('.part'))).toEqual([]);
    const out = (await readFile(join(place('killed'), 'translated.jsonl'), 'utf8')).trimEnd().split('\n');
    expect(out.map((line) => JSON.parse(line).id)).toEqual(lines.map((line) => JSON.parse(line).id));
    // A killed worker had two shards with four calls in flight each.
    const lost = server.requests.length - before - (await loggedCalls(place('killed')));
    expect(paidAgain(before)).toBeLessThanOrEqual(lost);
    expect(lost).toBeLessThanOrEqual(kills * 8);
  });
}

describe.runIf(redisAvailable())('a plan on Redis', () => distributed(startRedis));
describe.runIf(postgresAvailable())('a plan on PostgreSQL', () => distributed(startPostgres));
