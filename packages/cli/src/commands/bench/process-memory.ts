import { readFile } from 'node:fs/promises';

/**
 * Bytes of memory that this process holds itself, files that are only mapped not counted; where the system does not tell them apart, all
 * that is resident.
 */
export async function privateBytes(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const kilobytes = /^RssAnon:\s+(\d+) kB/m.exec(status)?.[1];
  return kilobytes === undefined ? process.memoryUsage().rss : Number(kilobytes) * 1024;
}

/** Watches the memory while something runs. */
export async function peakDuring<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly peak: number }> {
  let peak = await privateBytes();
  const timer = setInterval(async () => {
    peak = Math.max(peak, await privateBytes());
  }, 50);
  try {
    return { result: await work(), peak: Math.max(peak, await privateBytes()) };
  } finally {
    clearInterval(timer);
  }
}
