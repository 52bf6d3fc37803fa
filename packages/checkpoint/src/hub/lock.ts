import { link, mkdir, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { hasCode } from '../source/error-code.js';
import { temporaryName } from '../source/temporary-name.js';
import { pause } from './pause.js';

/** A holder that has shown no sign of life for so long is gone, whatever its process id says. */
const STALE_MS = 120_000;
const SIGN_OF_LIFE_MS = 10_000;
const POLL_MS = 200;

/**
 * Runs `work` while this process alone holds the lock file; waits while another holds it. A lock whose process is gone is
 * taken over, so a crash locks nobody out.
 *
 * @throws `signal.reason` when aborted while waiting; what `work` throws
 */
export async function withLock<T>(
  path: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  while (!(await tryLock(path))) {
    if (!(await removeAbandoned(path))) await pause(POLL_MS, signal);
  }
  const alive = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, SIGN_OF_LIFE_MS);
  alive.unref();
  try {
    return await work();
  } finally {
    clearInterval(alive);
    await rm(path, { force: true });
  }
}

async function tryLock(path: string): Promise<boolean> {
  try {
    const handle = await open(path, 'wx');
    await handle.writeFile(`${process.pid} ${hostname()}`);
    await handle.close();
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Takes the lock of a holder that is gone out of the way; not one that somebody else has just put in its place. */
async function removeAbandoned(path: string): Promise<boolean> {
  const aside = temporaryName(path);
  try {
    const holder = await readFile(path, 'utf8');
    if (!(await isGone(path, holder))) return false;
    await rename(path, aside);
    if ((await readFile(aside, 'utf8')) !== holder) await link(aside, path);
    await rm(aside, { force: true });
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'EEXIST')) return true;
    throw error;
  }
}

async function isGone(path: string, holder: string): Promise<boolean> {
  const [pid, host] = holder.split(' ');
  if (host === hostname() && !isRunning(Number(pid))) return true;
  return Date.now() - (await stat(path)).mtimeMs > STALE_MS;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}
