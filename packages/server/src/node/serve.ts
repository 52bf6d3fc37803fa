import { createServer } from 'node:http';
import { InternVLError } from '@internvl/backend';
import type { CloseOptions, Handler } from '../create-handler.js';
import { nodeListener } from './node-listener.js';

export interface ServeOptions {
  /** 0 takes a free one; 8000 by default. */
  readonly port?: number | undefined;
  /** Address to listen on; `127.0.0.1` by default, this machine alone. */
  readonly hostname?: string | undefined;
}

/** A server that listens. */
export interface ListeningServer {
  /** `http://127.0.0.1:8000` */
  readonly url: string;
  readonly port: number;
  /** Closes the handler as its `close` does, then the socket; idempotent. */
  close(options?: CloseOptions): Promise<void>;
}

/** Listens on node:http. @throws `invalid-option` for a port that is none, `address-unusable` when the address is taken or not to be had */
export async function serve(
  handler: Handler,
  { port = 8000, hostname = '127.0.0.1' }: ServeOptions = {},
): Promise<ListeningServer> {
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new InternVLError(
      'invalid-option',
      `Expected port as a whole number from 0 to 65535, got ${port}; change it.`,
      { option: 'port', value: port },
    );
  }
  const server = createServer(nodeListener(handler));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new InternVLError(
          'address-unusable',
          `Expected to listen on ${hostname}:${port}, got ${cause.message}; choose another port or address.`,
          { hostname, port },
          { cause },
        ),
      ),
    );
    server.listen(port, hostname, resolve);
  });
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  let closing: Promise<void> | undefined;
  const close = async (options: CloseOptions | undefined) => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    await handler.close(options);
    // A response that was just made gets a moment to leave; a connection that is kept alive would stay.
    const idle = setInterval(() => server.closeIdleConnections(), 20);
    const rest = setTimeout(() => server.closeAllConnections(), 1000);
    await closed;
    clearInterval(idle);
    clearTimeout(rest);
  };
  return {
    url: `http://${hostname.includes(':') ? `[${hostname}]` : hostname}:${bound}`,
    port: bound,
    close: (options) => {
      closing ??= close(options);
      return closing;
    },
  };
}
