import { createServer, type IncomingMessage } from 'node:http';
import { type InferenceHandlerOptions, inferenceHandler } from './inference-handler.js';

/** A server on this machine. */
export interface InferenceService {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Method and path of every request so far. */
  readonly requests: readonly string[];
  /** Names of the models that are loaded. */
  models(): readonly string[];
  close(): Promise<void>;
}

/** Serves graphs over HTTP on a free port of the loopback interface. */
export async function serveInference(options: InferenceHandlerOptions): Promise<InferenceService> {
  const handle = inferenceHandler(options);
  const requests: string[] = [];
  const server = createServer(async (incoming, outgoing) => {
    requests.push(`${incoming.method} ${incoming.url}`);
    const left = new AbortController();
    outgoing.on('close', () => left.abort());
    try {
      const response = await handle(await requestOf(incoming, left.signal));
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      outgoing.end(new Uint8Array(await response.arrayBuffer()));
    } catch {
      // The client went away in the middle of its request.
      outgoing.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    models: () => handle.models(),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await handle.close();
    },
  };
}

async function requestOf(incoming: IncomingMessage, signal: AbortSignal): Promise<Request> {
  const { method = 'GET', url = '/', headers } = incoming;
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const length = headers['inference-header-content-length'];
  return new Request(`http://127.0.0.1${url}`, {
    method,
    signal,
    headers: typeof length === 'string' ? { 'inference-header-content-length': length } : {},
    ...(method === 'POST' && { body: Buffer.concat(chunks) }),
  });
}
