import { createHash, randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isAlive } from './lock.js';

/** Beside the folder it becomes, so that it is on the same disk; named for its process, so that others can tell. */
export function partialName(directory: string): string {
  return `${directory}.partial-${machine()}-${process.pid}-${randomBytes(4).toString('hex')}`;
}

/** Deletes what conversions of this folder left behind that were killed on this machine. */
export async function removeAbandoned(directory: string): Promise<void> {
  const prefix = `${basename(directory)}.partial-${machine()}-`;
  for (const name of await readdir(dirname(directory))) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number.parseInt(name.slice(prefix.length), 10);
    if (!isAlive(pid)) await rm(join(dirname(directory), name), { recursive: true, force: true });
  }
}

function machine(): string {
  return createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
}
