import { readFile } from 'node:fs/promises';
import { freemem } from 'node:os';

/** What a machine tells of its memory, bytes. */
export interface MemoryFacts {
  /** Free, or in use for files alone: `os.freemem()`. */
  readonly free: number;
  /** What this process may still take, by the limits that it lives under: `process.availableMemory()`. */
  readonly available: number;
  /** Text of `memory.stat` of those limits, where there is one. */
  readonly statistics?: string | undefined;
}

/** Memory that this process can still take, bytes: what the machine has, and no more than a container's limit leaves. */
export async function freeMemory(): Promise<number> {
  return freeBytesOf({
    free: freemem(),
    available: process.availableMemory(),
    statistics: await limitStatistics(),
  });
}

/**
 * Free memory by what the machine tells. Under a limit, pages of files count as taken, the mapped weights of an earlier run
 * among them; they are given up for who needs them.
 */
export function freeBytesOf({ free, available, statistics = '' }: MemoryFacts): number {
  if (available >= free) return free;
  const file = [...statistics.matchAll(/^(?:total_)?(?:in)?active_file (\d+)$/gm)].map(([line, bytes]) => ({
    whole: line.startsWith('total_'),
    bytes: Number(bytes),
  }));
  // The first version of these limits has the numbers twice, the whole ones for all below.
  const whole = file.some((each) => each.whole);
  const reclaimable = file.reduce((sum, each) => (each.whole === whole ? sum + each.bytes : sum), 0);
  return Math.min(free, available + reclaimable);
}

async function limitStatistics(): Promise<string | undefined> {
  for (const folder of ['/sys/fs/cgroup', '/sys/fs/cgroup/memory']) {
    const text = await readFile(`${folder}/memory.stat`, 'utf8').catch(() => undefined);
    if (text !== undefined) return text;
  }
  return undefined;
}
