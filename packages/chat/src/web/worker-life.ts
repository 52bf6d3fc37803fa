import { untilAborted } from '@internvl/backend';
import { hostLost } from '../host/host-lost.js';
import { watchLifeLock } from './life-lock.js';
import type { WebWorker } from './message-end.js';
import { type Greeting, greetingIn } from './web-calls.js';

/** Knows when a worker listens and when it is gone. */
export class WorkerLife {
  readonly #worker: WebWorker;
  readonly #watching = new AbortController();
  readonly #listeners = new Set<(cause: unknown) => void>();
  readonly #begun: Promise<void>;
  #loss: { readonly cause: unknown } | undefined;

  constructor(worker: WebWorker) {
    this.#worker = worker;
    this.#begun = new Promise((resolve, reject) => {
      worker.addEventListener('message', ({ data }) => {
        const greeting = greetingIn(data);
        if (greeting?.type !== 'ready') return;
        resolve();
        this.#watch(greeting.lock);
      });
      this.onLost((cause) => reject(hostLost(cause)));
    });
    // Its script could not be loaded, or threw what nobody caught: no answer can be relied on any more.
    worker.addEventListener('error', (event) => this.lose(new Error(wordsOf(event))));
    worker.addEventListener('close', () => this.lose(new Error('the worker has ended')));
    worker.start?.();
    const hello: Greeting = { type: 'hello' };
    worker.postMessage(hello, { transfer: [] });
  }

  /** Waits until the worker listens. @throws `host-lost`, `signal.reason` */
  begun(signal: AbortSignal | undefined): Promise<void> {
    return untilAborted(this.#begun, signal, () => {});
  }

  /** Calls back once, when the worker is gone; at once if it is. */
  onLost(listener: (cause: unknown) => void): void {
    if (this.#loss) listener(this.#loss.cause);
    else this.#listeners.add(listener);
  }

  /** Counts the worker as gone. */
  lose(cause: unknown): void {
    if (this.#loss) return;
    this.#loss = { cause };
    for (const listener of this.#listeners) listener(cause);
    this.#listeners.clear();
  }

  /** Ends the worker, at once. */
  end(): void {
    this.#watching.abort();
    if (this.#worker.terminate) this.#worker.terminate();
    else this.#worker.close?.();
  }

  #watch(lock: string | undefined): void {
    const { signal } = this.#watching;
    if (lock === undefined || signal.aborted) return;
    watchLifeLock(lock, () => this.lose(new Error('the worker has ended')), signal);
  }
}

/** What an error event of a worker says; nothing where its script could not be loaded. */
function wordsOf(event: Event): string {
  const message: unknown = 'message' in event ? event.message : undefined;
  return typeof message === 'string' && message !== '' ? message : "the worker's script could not be loaded";
}
