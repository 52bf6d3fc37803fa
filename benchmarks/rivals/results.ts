import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import type { Ceilings } from './ceilings.js';
import type { Cell, Group } from './groups.js';
import { othersShare, processorTicks } from './processor-time.js';
import { type Spread, spreadOf } from './statistics.js';

/** What one group measured. */
export interface GroupResult {
  /** Milliseconds, by contestant and cell. A step of `decode`, the whole otherwise. */
  readonly times: Readonly<Record<string, Partial<Record<Cell['id'], Spread>>>>;
  /** What contestants say of themselves, and how long they took to load. */
  readonly about: Readonly<Record<string, { readonly about: string; readonly loadMs: number }>>;
  /** Why a contestant is missing. */
  readonly missing: Readonly<Record<string, string>>;
  /** Sizes of the cells. */
  readonly cells: Readonly<Partial<Record<Cell['id'], string>>>;
  /** Share of the processors that other programs took; undefined where the system does not tell. */
  readonly others?: number | undefined;
}

/** Between turns, so that threads of one contestant that still wait for work do not slow the next one down. */
const pauseMs = 300;

/** Everything of a run; written behind each group, so that the next run goes on where one ended. */
export interface Results {
  readonly machine: string;
  readonly quick: boolean;
  readonly ceilings?: Ceilings | undefined;
  readonly groups: Readonly<Record<string, GroupResult>>;
}

/** The results in a file, when they are of this machine and this kind. */
export async function readResults(path: string, machine: string, quick: boolean): Promise<Results> {
  const none: Results = { machine, quick, groups: {} };
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return none;
  const found: Results = JSON.parse(text);
  return found.machine === machine && found.quick === quick ? found : none;
}

export async function writeResults(path: string, results: Results): Promise<void> {
  await writeFile(path, `${JSON.stringify(results, undefined, 2)}\n`);
}

/** Loads all contestants of a group, and lets them take turns cell by cell; the first turn of each warms up and does not count. */
export async function measureGroup(group: Group, say: (line: string) => void): Promise<GroupResult> {
  const missing: Record<string, string> = {};
  const about: Record<string, { about: string; loadMs: number }> = {};
  const times: Record<string, Partial<Record<Cell['id'], Spread>>> = {};
  const reason = (error: unknown) => (error instanceof Error ? error.message : String(error));
  const present = [];
  for (const { name, start } of group.contestants) {
    say(`${group.name}: loading ${name}`);
    try {
      const contestant = await start();
      present.push(contestant);
      about[name] = { about: contestant.about, loadMs: contestant.loadMs };
    } catch (error) {
      missing[name] = reason(error);
      say(`${name} is missing: ${missing[name]}`);
    }
  }
  const ids = present.map(({ processId }) => processId);
  const before = await processorTicks(ids);
  for (const { id, stage, rounds } of group.cells) {
    const able = present.filter((contestant) => contestant.stages.includes(stage.stage));
    const found = new Map<string, number[]>();
    for (let round = 0; round <= rounds; round++) {
      say(`${group.name}: ${id}, round ${round} of ${rounds}`);
      for (const contestant of able) {
        if (contestant.name in missing) continue;
        await setTimeout(pauseMs);
        try {
          const ms = await contestant.measure(stage);
          if (round > 0) found.set(contestant.name, [...(found.get(contestant.name) ?? []), ...ms]);
        } catch (error) {
          missing[contestant.name] = reason(error);
          say(`${contestant.name} ended: ${missing[contestant.name]}`);
        }
      }
    }
    for (const [name, ms] of found) {
      times[name] ??= {};
      times[name][id] = spreadOf(ms);
    }
  }
  const others = othersShare(before, await processorTicks(ids));
  for (const contestant of present) await contestant.close();
  const cells = Object.fromEntries(group.cells.map(({ id, stage }) => [id, describe(stage)]));
  return { times, about, missing, cells, others };
}

function describe(stage: Cell['stage']): string {
  if (stage.stage === 'decode') return `a step at ${stage.context} tokens`;
  if (stage.stage === 'together') return `${stage.answers} answers, ${stage.atOnce} at once`;
  return stage.stage === 'prefill' ? `a prompt of ${stage.tokens} tokens` : 'a tile of 448 pixels';
}
