import { InternVLError } from '@internvl/backend';

/** What goes on in a chat, so that disposing it can end all of it. */
export class Work {
  readonly #closing = new AbortController();

  /** A signal for one piece of work: the caller's, or the end of the chat. @throws `chat-disposed` */
  signal(callers: AbortSignal | undefined): AbortSignal {
    const { signal } = this.#closing;
    signal.throwIfAborted();
    // One of its own for each piece: many listeners on one signal look like a leak.
    return AbortSignal.any(callers ? [callers, signal] : [signal]);
  }

  /** Ends everything with `chat-disposed`. */
  close(): void {
    this.#closing.abort(
      new InternVLError(
        'chat-disposed',
        'Expected a chat that is loaded, got one that was disposed; load the model again.',
      ),
    );
  }
}
