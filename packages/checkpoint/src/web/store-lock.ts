/** Runs `work` while nobody else holds the lock of this name, in any tab; `onWait` is called now and then until then. */
export type StoreLock = <T>(
  name: string,
  options: { readonly signal?: AbortSignal | undefined; readonly onWait?: (() => void) | undefined },
  work: () => Promise<T>,
) => Promise<T>;

const WAITING_MS = 500;

/** Locks of the browser: those of a tab that is closed are free again. */
export function webLock(locks: LockManager): StoreLock {
  return async (name, { signal, onWait }, work) => {
    signal?.throwIfAborted();
    const atOnce = await locks.request(name, { ifAvailable: true }, async (lock) =>
      lock ? { result: await work() } : undefined,
    );
    if (atOnce) return atOnce.result;
    onWait?.();
    const timer = setInterval(() => onWait?.(), WAITING_MS);
    try {
      return await locks.request(name, signal ? { signal } : {}, async () => {
        clearInterval(timer);
        return work();
      });
    } finally {
      clearInterval(timer);
    }
  };
}
