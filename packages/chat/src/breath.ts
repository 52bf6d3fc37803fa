/**
 * Lets messages, timers and signals have their turn: resolves in a later task, not just a later microtask, so that
 * aborting is heard also where the work itself never waits.
 *
 * @throws `signal.reason`
 */
export async function breath(signal?: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(() => resolve());
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
  signal?.throwIfAborted();
}
