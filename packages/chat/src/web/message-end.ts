import type { Transport } from '../host/transport.js';

/** One end of a connection: a worker as its page sees it, the worker itself, or a message port. */
export interface MessageEnd {
  postMessage(message: unknown, options: { transfer: Transferable[] }): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void;
  addEventListener(type: 'messageerror' | 'error' | 'close', listener: (event: Event) => void): void;
  /** Of a port: messages are held back until it is called. */
  start?(): void;
  /** Of a port and of a worker itself. */
  close?(): void;
}

/** A worker, or a port to one. */
export type WebWorker = MessageEnd & { terminate?(): void };

/** Carries one protocol over a message end; `lifeline` tells that the other side is gone where the end itself doesn't. */
export function endTransport<In, Out>(
  end: MessageEnd,
  onLost?: (lost: (cause: unknown) => void) => void,
): Transport<In, Out, Transferable> {
  return {
    post: (message, transfer) => end.postMessage(message, { transfer: [...transfer] }),
    listen(receive, lost) {
      // Whoever connects to this end speaks this protocol; nothing else is posted to it.
      end.addEventListener('message', ({ data }) => receive(data as In));
      end.addEventListener('messageerror', ({ type }) =>
        lost(new Error(`a message could not be read: ${type}`)),
      );
      // Not every browser tells that the other end closed.
      end.addEventListener('close', () => lost(new Error('the other end closed')));
      onLost?.(lost);
      end.start?.();
    },
    close: () => end.close?.(),
  };
}
