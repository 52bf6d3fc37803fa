import { createHash } from 'node:crypto';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError } from '../error.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../sample/json.js';
import { packageVersion } from '../write/node/package-version.js';
import type { Plan } from './plan.js';
import type { ShardTask } from './shard-task.js';
import { type Shard, type ShardIndex, shardName } from './shards.js';
import { writeWhole } from './write-whole.js';

/** Name of a shard's report beside its outputs. */
export const REPORT = 'report.json';
/** Folder of the shards that are done. */
export const DONE = 'done';

export interface PlanOutcome {
  readonly folder: string;
  readonly shards: number;
  /** Files of the result, below the folder. */
  readonly files: readonly string[];
  /** Reports of the shards, in order. */
  readonly reports: readonly JsonObject[];
}

/** Two workers may have done the same shard: the first one's outputs stay, the other's are as good. */
export async function takePlace(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'EPERM') throw error;
    await readFile(join(to, REPORT));
  }
}

/** Puts the outputs of all shards together, in order, with the task's documents and the lineage. */
export async function mergeOutputs(
  plan: Plan,
  folder: string,
  { inputs, shards }: ShardIndex,
  task: ShardTask,
  signal: AbortSignal,
): Promise<PlanOutcome> {
  const place = ({ index }: Shard) => join(folder, DONE, shardName(index));
  const reports = await Promise.all(shards.map((shard) => readReport(join(place(shard), REPORT))));
  const outputs: { readonly name: string; readonly bytes: number; readonly sha256: string }[] = [];
  for (const name of task.outputs) {
    const hash = createHash('sha256');
    let bytes = 0;
    await writeWhole(join(folder, name), async (write) => {
      for (const shard of shards) {
        signal.throwIfAborted();
        const piece = await readFile(join(place(shard), name));
        hash.update(piece);
        bytes += piece.length;
        await write(piece);
      }
    });
    outputs.push({ name, bytes, sha256: hash.digest('hex') });
  }
  const documents = task.summarise(reports);
  for (const [name, text] of Object.entries(documents))
    await writeWhole(join(folder, name), (write) => write(text));
  const lineage = {
    format: 'internvl-plan-lineage/1',
    tool: { name: '@internvl/dataset', version: await packageVersion() },
    plan,
    task: task.version,
    inputs,
    outputs,
    shards: shards.length,
  };
  await clearWork(folder, shards);
  await writeWhole(join(folder, 'lineage.json'), (write) => write(`${JSON.stringify(lineage, null, 2)}\n`));
  return {
    folder,
    shards: shards.length,
    files: [...task.outputs, ...Object.keys(documents), 'lineage.json'],
    reports,
  };
}

/** Half-done outputs of workers that were killed. Call logs stay. */
async function clearWork(folder: string, shards: readonly Shard[]): Promise<void> {
  for (const shard of shards) {
    const work = join(folder, 'work', shardName(shard.index));
    const names = await readdir(work).catch(() => []);
    for (const name of names.filter((each) => each.endsWith('.part'))) {
      await rm(join(work, name), { recursive: true, force: true });
    }
  }
}

/** @throws `shards-damaged` */
export async function readReport(path: string): Promise<JsonObject> {
  const value: JsonValue = JSON.parse(await readFile(path, 'utf8'));
  if (isJsonObject(value)) return value;
  throw new DatasetError(
    'shards-damaged',
    `Expected a report in ${path}, got something else; remove its folder.`,
    { path },
  );
}
