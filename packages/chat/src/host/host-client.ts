import type { InternVLError } from '@internvl/backend';
import { hostLost } from './host-lost.js';
import { Inbox } from './inbox.js';
import { type Calls, CREDIT, type FromClient, type FromHost } from './messages.js';
import type { Transport } from './transport.js';

/** The client's end of the protocol: calls become streams. Aborting and leaving a stream are immediate here. */
export class HostClient<C extends Calls<C>, Moved = ArrayBuffer> {
  readonly #transport: Transport<FromHost<C>, FromClient<C>, Moved>;
  readonly #inboxes = new Map<number, Inbox<C>>();
  #nextId = 0;
  #gone: InternVLError | undefined;
  #lost = false;
  #onClosed = () => {};

  constructor(transport: Transport<FromHost<C>, FromClient<C>, Moved>) {
    this.#transport = transport;
    transport.listen(
      (message) => {
        if (message.type === 'closed') this.#onClosed();
        else this.#inboxes.get(message.id)?.receive(message);
      },
      (cause) => {
        this.#lost = true;
        this.#end(hostLost(cause));
        this.#onClosed();
      },
    );
  }

  /**
   * Calls the host and yields what it sends, then returns its result.
   *
   * @throws what the host throws, `signal.reason` when aborted, `host-lost`, `chat-disposed`
   */
  async *stream<M extends keyof C>(
    method: M,
    input: C[M]['input'],
    signal?: AbortSignal,
    transfer: readonly Moved[] = [],
  ): AsyncGenerator<C[M]['out'], C[M]['end'], void> {
    signal?.throwIfAborted();
    if (this.#gone) throw this.#gone;
    const id = this.#nextId++;
    const inbox = new Inbox<C>();
    const abort = () => inbox.fail(signal?.reason);
    // Method and input belong together by this function's signature, which a union of messages cannot express.
    this.#transport.post({ type: 'call', id, method, input } as FromClient<C>, transfer);
    this.#inboxes.set(id, inbox);
    this.#transport.hold?.(true);
    signal?.addEventListener('abort', abort, { once: true });
    let taken = 0;
    try {
      for (;;) {
        const message = await inbox.next();
        // What a call yields and returns is known by its id alone, so this is where the types come back.
        if (message.type === 'end') return message.value as C[M]['end'];
        yield message.value as C[M]['out'];
        if (++taken % (CREDIT / 2) === 0) this.#post({ type: 'credit', id, count: CREDIT / 2 });
      }
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#inboxes.delete(id);
      if (!inbox.closed) this.#abort(id, signal?.aborted ? signal.reason : undefined);
      if (this.#inboxes.size === 0 && !this.#gone) this.#transport.hold?.(false);
    }
  }

  /** `stream` for calls that yield nothing of interest. */
  async call<M extends keyof C>(
    method: M,
    input: C[M]['input'],
    signal?: AbortSignal,
    transfer: readonly Moved[] = [],
  ): Promise<C[M]['end']> {
    const values = this.stream(method, input, signal, transfer);
    let next = await values.next();
    while (!next.done) next = await values.next();
    return next.value;
  }

  /**
   * Ends every call with `reason`, which later calls throw too, and the host: resolves when it has freed everything and is
   * gone.
   */
  async close(reason: InternVLError): Promise<void> {
    this.#end(reason);
    if (this.#lost) return;
    this.#transport.hold?.(true);
    this.#transport.post({ type: 'close' }, []);
    await new Promise<void>((resolve) => {
      this.#onClosed = resolve;
    });
    await this.#transport.close();
  }

  #end(reason: InternVLError): void {
    this.#gone ??= reason;
    for (const inbox of this.#inboxes.values()) inbox.fail(reason);
  }

  #post(message: FromClient<C>): void {
    if (!this.#gone) this.#transport.post(message, []);
  }

  #abort(id: number, reason: unknown): void {
    try {
      this.#post({ type: 'abort', id, reason });
    } catch {
      // A reason that cannot be cloned stays here, where it was already thrown; the host only needs to stop.
      this.#post({ type: 'abort', id, reason: undefined });
    }
  }
}
