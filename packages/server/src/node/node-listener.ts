import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Handler } from '../create-handler.js';

/** What a request listener of node:http is; Express takes the same. */
export type NodeListener = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Mounts a handler on node:http, or on Express (before any body parser). A client that goes away aborts its request; a
 * slow one slows down the making of its answer.
 */
export function nodeListener(handler: Handler): NodeListener {
  return (incoming, outgoing) => {
    // Whatever is thrown here is a connection that broke: there is nobody to tell.
    answer(handler, incoming, outgoing).catch(() => outgoing.destroy());
  };
}

async function answer(handler: Handler, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const controller = new AbortController();
  outgoing.on('close', () => {
    if (!outgoing.writableFinished) controller.abort();
  });
  const request = requestOf(incoming, outgoing, controller.signal);
  const response =
    request === undefined
      ? new Response('bad request', { status: 400 })
      : await handler(request, { client: incoming.socket.remoteAddress });
  if (outgoing.destroyed) {
    await response.body?.cancel();
    return;
  }
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  // A body that was refused unread runs into nothing, or the next request of the connection would wait behind it.
  incoming.resume();
  if (response.body) await write(response.body, outgoing);
  outgoing.end();
}

/** Undefined where the request line or the headers are none that the Web knows. */
function requestOf(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  signal: AbortSignal,
): Request | undefined {
  const { method = 'GET', headers, socket } = incoming;
  // Express shortens `url` where it mounts; the interface is at the root.
  const path = 'originalUrl' in incoming ? String(incoming.originalUrl) : (incoming.url ?? '/');
  const scheme = 'encrypted' in socket ? 'https' : 'http';
  try {
    const body = method === 'GET' || method === 'HEAD' ? null : bodyOf(incoming, () => outgoing.headersSent);
    return new Request(new URL(path, `${scheme}://${headers.host ?? 'localhost'}`), {
      method,
      headers: Object.entries(headers).flatMap(([name, value]) =>
        [value ?? []].flat().map((single): [string, string] => [name, single]),
      ),
      signal,
      ...(body && { body, duplex: 'half' }),
    });
  } catch {
    return undefined;
  }
}

/**
 * The body, read when it is asked for. Cancelling it lets the rest run into nothing instead of breaking the connection,
 * over which the client still has to hear why.
 */
function bodyOf(incoming: IncomingMessage, responded: () => boolean): ReadableStream<Uint8Array> {
  let open = true;
  return new ReadableStream(
    {
      start(controller) {
        incoming.pause();
        incoming.on('data', (chunk: Uint8Array) => {
          // Nobody asks for it any more.
          if (!open || responded()) return;
          // First, or whoever asks for more on hearing of this chunk would be stopped again.
          incoming.pause();
          controller.enqueue(chunk);
        });
        const end = (finish: () => void) => {
          if (open) finish();
          open = false;
        };
        incoming.on('end', () => end(() => controller.close()));
        incoming.on('error', (error) => end(() => controller.error(error)));
      },
      pull() {
        incoming.resume();
      },
      cancel() {
        open = false;
        incoming.resume();
      },
    },
    { highWaterMark: 0 },
  );
}

/** Writes what comes when the connection has room for it. */
async function write(body: ReadableStream<Uint8Array>, outgoing: ServerResponse): Promise<void> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || outgoing.destroyed) break;
      if (!outgoing.write(value)) await room(outgoing);
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function room(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      outgoing.off('drain', done);
      outgoing.off('close', done);
      resolve();
    };
    outgoing.on('drain', done);
    outgoing.on('close', done);
  });
}
