/** One server-sent event. */
export interface ServerEvent {
  readonly event?: string;
  /** Becomes JSON; `'[DONE]'` stays as it is. */
  readonly data: object | '[DONE]';
}

export interface EventStreamOptions {
  /** Ends the stream, also while its reader does not read. */
  readonly signal: AbortSignal;
  /** Longest time that an event may wait to be read, Ms. */
  readonly stallMs: number;
  /** An event waited longer: ends the stream, by the signal. */
  readonly onStall: () => void;
  /** What is sent when making events fails, or the signal fires. */
  readonly onError: (error: unknown) => ServerEvent;
  /** The reader left. */
  readonly onLeave: (reason: unknown) => void;
  /** The last event was made, and everything behind it has ended; once. */
  readonly onEnd: () => unknown;
}

export const eventStreamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  // Proxies that collect a response before they pass it on are asked not to.
  'x-accel-buffering': 'no',
} as const;

/**
 * Events as the body of a response. The next one is made when the reader asks for it, so a slow reader costs no memory;
 * when the signal fires, the stream ends at once, whatever the maker of events is doing.
 */
export function eventStream(
  events: AsyncGenerator<ServerEvent, void, void>,
  { signal, stallMs, onStall, onError, onLeave, onEnd }: EventStreamOptions,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let ended = false;
  let onAbort = () => {};
  let stall: ReturnType<typeof setTimeout> | undefined;

  /** True the first time. */
  const end = () => {
    if (ended) return false;
    ended = true;
    clearTimeout(stall);
    signal.removeEventListener('abort', onAbort);
    // Settles behind a next() that is still under way.
    events.return().then(onEnd, onEnd);
    return true;
  };

  return new ReadableStream<Uint8Array>({
    start(controller) {
      onAbort = () => {
        if (!end()) return;
        controller.enqueue(encoder.encode(written(onError(signal.reason))));
        controller.close();
      };
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort);
    },
    async pull(controller) {
      clearTimeout(stall);
      let event: ServerEvent;
      try {
        const { done, value } = await events.next();
        if (ended) return;
        if (done) {
          end();
          controller.close();
          return;
        }
        event = value;
      } catch (error) {
        if (!end()) return;
        controller.enqueue(encoder.encode(written(onError(error))));
        controller.close();
        return;
      }
      controller.enqueue(encoder.encode(written(event)));
      // Read at once where somebody waited for it; else a place among the running answers waits with it.
      if ((controller.desiredSize ?? 0) <= 0) stall = setTimeout(onStall, stallMs);
    },
    async cancel(reason) {
      // First, or the signal would write to a stream that is gone.
      end();
      onLeave(reason);
    },
  });
}

function written({ event, data }: ServerEvent): string {
  const name = event === undefined ? '' : `event: ${event}\n`;
  return `${name}data: ${data === '[DONE]' ? data : JSON.stringify(data)}\n\n`;
}
