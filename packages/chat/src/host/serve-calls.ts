import { type Call, type Calls, CREDIT, type FromClient, type FromHost } from './messages.js';
import type { Transport } from './transport.js';
import { toWireError } from './wire-error.js';
import type { Outgoing } from './wire-features.js';

/** Does what a call asks: yields its values, returns its end. `tell` sends a value at once, without waiting for credit. */
export type Perform<C extends Calls<C>> = (
  call: Call<C>,
  options: { readonly signal: AbortSignal; readonly tell: (value: C[keyof C]['out']) => void },
) => AsyncGenerator<Outgoing<C[keyof C]['out']>, Outgoing<C[keyof C]['end']>, void>;

/** A call under way. */
interface RunningCall {
  readonly controller: AbortController;
  credit: number;
  wake: (() => void) | undefined;
}

/**
 * The host's end of the protocol: calls become generators that are aborted when the client aborts them, and that wait
 * where the client does not keep up. When the client closes or is lost, what is under way is aborted, `close` is awaited
 * and this end is closed.
 */
export function serveCalls<C extends Calls<C>, Moved>(
  transport: Transport<FromClient<C>, FromHost<C>, Moved | ArrayBuffer>,
  perform: Perform<C>,
  close: () => Promise<void>,
): void {
  const calls = new Map<number, RunningCall>();
  const serving = new Set<Promise<void>>();
  let closing = false;

  const stop = (call: RunningCall, reason?: unknown) => {
    call.controller.abort(reason);
    call.wake?.();
  };
  const end = async () => {
    if (closing) return;
    closing = true;
    for (const call of calls.values()) stop(call);
    await Promise.all(serving);
    await close();
    transport.post({ type: 'closed' }, []);
    await transport.close();
  };
  transport.listen(
    (message) => {
      if (message.type === 'close') {
        void end();
        return;
      }
      if (message.type === 'call') {
        const served = serve(message);
        serving.add(served);
        void served.then(() => serving.delete(served));
        return;
      }
      const call = calls.get(message.id);
      if (call && message.type === 'abort') stop(call, message.reason);
      if (call && message.type === 'credit') {
        call.credit += message.count;
        call.wake?.();
      }
    },
    () => void end(),
  );

  async function serve(message: Call<C>): Promise<void> {
    const { id } = message;
    const call: RunningCall = { controller: new AbortController(), credit: CREDIT, wake: undefined };
    calls.set(id, call);
    const { signal } = call.controller;
    const tell = (value: C[keyof C]['out']) => transport.post({ type: 'value', id, value }, []);
    try {
      const values = perform(message, { signal, tell });
      for (;;) {
        const next = await values.next();
        if (next.done) {
          transport.post({ type: 'end', id, value: next.value.value }, next.value.transfer);
          return;
        }
        transport.post({ type: 'value', id, value: next.value.value }, next.value.transfer);
        call.credit--;
        while (call.credit <= 0 && !signal.aborted) {
          await new Promise<void>((resolve) => {
            call.wake = resolve;
          });
        }
      }
    } catch (error) {
      transport.post({ type: 'error', id, error: toWireError(error) }, []);
    } finally {
      calls.delete(id);
    }
  }
}

/** A value that is copied. */
export function plain<T>(value: T): Outgoing<T> {
  return { value, transfer: [] };
}
