import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError } from '../error.js';
import type { Plan } from './plan.js';
import type { ShardTask } from './shard-task.js';

/** Names a plan with what its task brings along: part of its queue's name. */
export function planDigest(plan: Plan, { version }: ShardTask): string {
  return createHash('sha256').update(JSON.stringify({ plan, version })).digest('hex');
}

/** The folder belongs to the plan that was run in it first. @throws `plan-changed` for any other */
export async function claimFolder(folder: string, plan: Plan, task: ShardTask): Promise<void> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'plan.json');
  const own = `${JSON.stringify({ digest: planDigest(plan, task), plan }, null, 2)}\n`;
  const temporary = `${file}.${randomUUID()}.part`;
  await writeFile(temporary, own);
  try {
    await linkOrWrite(temporary, file, own);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    if ((await readFile(file, 'utf8')) !== own) {
      throw new DatasetError(
        'plan-changed',
        `Expected ${folder} to hold this plan's work, got that of another version of it; give the plan another name or output, or remove the folder.`,
        { folder },
      );
    }
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Unlike a rename, neither replaces what is there. Some network file systems know no links. */
async function linkOrWrite(temporary: string, file: string, text: string): Promise<void> {
  try {
    await link(temporary, file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(code)) throw error;
    await writeFile(file, text, { flag: 'wx' });
  }
}
