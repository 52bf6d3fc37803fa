/**
 * A lock that is held as long as this worker lives: whoever waits for it learns that the worker is gone, however it ended.
 * No event of a browser tells that.
 *
 * @returns its name; undefined where there are no locks (an insecure origin, Node before 24)
 */
export async function holdLifeLock(): Promise<string | undefined> {
  const { locks } = globalThis.navigator ?? {};
  if (!locks) return undefined;
  const name = `internvl-chat ${crypto.randomUUID()}`;
  return new Promise((resolve) => {
    const held = locks.request(name, () => {
      resolve(name);
      return new Promise<never>(() => {});
    });
    // Refused where the origin is opaque.
    held.catch(() => resolve(undefined));
  });
}

/** Calls `gone` once nobody holds the lock any more; `signal` ends the waiting. */
export function watchLifeLock(name: string, gone: () => void, signal: AbortSignal): void {
  const { locks } = globalThis.navigator ?? {};
  locks?.request(name, { signal }, gone).catch(() => {});
}
