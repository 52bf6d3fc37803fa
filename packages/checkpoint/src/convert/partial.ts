import { createHash, randomBytes } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { hasCode } from '../source/error-code.js';
import { isAlive } from './lock.js';

/** Beside the folder it becomes, so that it is on the same disk; named for its process, so that others can tell. */
export function partialName(directory: string): string {
  return `${directory}.partial-${machine()}-${process.pid}-${randomBytes(4).toString('hex')}`;
}

/**
 * What conversions of this folder left behind that were killed on this machine: one of them becomes `partial`, to be
 * continued; the others are deleted. Of several processes that try for one, one gets it.
 */
export async function adoptAbandoned(directory: string, partial: string): Promise<void> {
  const place = dirname(directory);
  const prefix = `${basename(directory)}.partial-${machine()}-`;
  let adopted = false;
  for (const name of await readdir(place)) {
    if (!name.startsWith(prefix) || isAlive(Number.parseInt(name.slice(prefix.length), 10))) continue;
    if (adopted) await rm(join(place, name), { recursive: true, force: true });
    else adopted = await renamed(join(place, name), partial);
  }
}

async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

function machine(): string {
  return createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
}
