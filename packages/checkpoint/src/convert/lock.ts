import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode } from '../source/error-code.js';

/** Who holds a lock, for those who wait. */
export interface LockHolder {
  readonly id: string;
  readonly pid: number;
  readonly host: string;
  /** What the holder wants the waiting to know. */
  readonly note: string;
}

export interface LockOptions {
  readonly note?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called at every look at a lock that someone else holds. */
  readonly onWait?: ((holder: LockHolder) => Promise<void> | void) | undefined;
}

const POLL_MS = 200;
const HEARTBEAT_MS = 5_000;
/** A lock untouched for this long belongs to nobody, whatever its process id says. */
const STALE_MS = 60_000;

/**
 * Holds a lock file while `work` runs, and waits as long as a living process holds it. A lock whose process is gone is taken
 * over. The lock saves double work and nothing else: in the instant in which two processes take over one stale lock both
 * may work, and what they make must stay whole then.
 *
 * @throws `signal.reason` when aborted
 */
export async function withLock<T>(path: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const { note = '', signal, onWait } = options;
  const own: LockHolder = { id: randomUUID(), pid: process.pid, host: hostname(), note };
  while (!(await take(path, own))) {
    signal?.throwIfAborted();
    const holder = await readHolder(path);
    if (await isStale(path, holder)) await discard(path);
    else {
      if (holder) await onWait?.(holder);
      await sleep(POLL_MS, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
    }
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, HEARTBEAT_MS);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if ((await readHolder(path))?.id === own.id) await rm(path, { force: true });
  }
}

/** Whether a process of this machine is running. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

async function take(path: string, own: LockHolder): Promise<boolean> {
  try {
    const handle = await open(path, 'wx');
    try {
      await handle.writeFile(JSON.stringify(own));
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Undefined while the file is being written or already gone. */
async function readHolder(path: string): Promise<LockHolder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}

async function isStale(path: string, holder: LockHolder | undefined): Promise<boolean> {
  if (holder?.host === hostname() && !isAlive(holder.pid)) return true;
  try {
    return Date.now() - (await stat(path)).mtimeMs > STALE_MS;
  } catch {
    return false;
  }
}

/** Moves the lock aside before it is deleted: of several that try, one succeeds. */
async function discard(path: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
    await rm(aside, { force: true });
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}
