import { InternVLError } from '@internvl/backend';
import { pause } from './pause.js';

/** How a download talks to a server: a Hub, or one that serves a folder. */
export interface Connection {
  /** The server, for messages; without a slash at the end. */
  readonly endpoint: string;
  readonly fetch: typeof globalThis.fetch;
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** What to do when the server can't be reached: `'check the connection'`. */
  readonly unreachable: string;
  /** Wait before the first repetition; doubles each time. Ms. */
  readonly retryDelayMs: number;
  /** Repetitions without any progress before giving up. */
  readonly retries: number;
  /** Silence after which a connection counts as broken. Ms. */
  readonly silenceMs: number;
  readonly signal: AbortSignal | undefined;
}

/** What a caller may choose of a connection. */
export interface ConnectionOptions {
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Wait before the first repetition of a failed request; doubles each time. Default 1000 Ms. */
  readonly retryDelayMs?: number | undefined;
  /** Repetitions without progress before giving up. Default 5. */
  readonly retries?: number | undefined;
  /** Silence after which a connection counts as broken. Default 60 000 Ms. */
  readonly silenceMs?: number | undefined;
}

/** The choices of a caller, with defaults. */
export function connectionOptions(
  options: ConnectionOptions,
): Pick<Connection, 'fetch' | 'signal' | 'retryDelayMs' | 'retries' | 'silenceMs'> {
  return {
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    signal: options.signal,
    retryDelayMs: options.retryDelayMs ?? 1000,
    retries: options.retries ?? 5,
    silenceMs: options.silenceMs ?? 60_000,
  };
}

const MAX_DELAY_MS = 30_000;

/** A fault that may pass: no connection, a server's own error, a body that ends early. */
export class PassingFault extends Error {
  override readonly name = 'PassingFault';
  /** What the server asks to wait, Ms. */
  readonly waitMs: number | undefined;

  constructor(message: string, waitMs?: number, options?: ErrorOptions) {
    super(message, options);
    this.waitMs = waitMs;
  }
}

/**
 * Runs `attempt` until it succeeds, fails for good, or has failed in passing `retries` times in a row; `attempt` calls
 * `progressed` whenever bytes arrived, which starts the count anew.
 *
 * @throws `network` with the last fault as cause; what `attempt` throws; `signal.reason`
 */
export async function withRetries<T>(
  connection: Connection,
  what: string,
  attempt: (progressed: () => void) => Promise<T>,
): Promise<T> {
  const { endpoint, unreachable, retryDelayMs, retries, signal } = connection;
  for (let failures = 0; ; ) {
    try {
      return await attempt(() => {
        failures = 0;
      });
    } catch (fault) {
      signal?.throwIfAborted();
      if (!(fault instanceof PassingFault)) throw fault;
      if (failures >= retries) {
        throw new InternVLError(
          'network',
          `Expected ${what} from ${endpoint}, found: ${fault.message}; ${unreachable}.`,
          { endpoint, what, attempts: failures + 1 },
          { cause: fault },
        );
      }
      const delay = fault.waitMs ?? retryDelayMs * 2 ** failures;
      failures += 1;
      await pause(Math.min(delay, MAX_DELAY_MS), signal);
    }
  }
}

/**
 * One GET. Redirects are followed. Answers of a server that is well are given back whatever their status.
 *
 * @throws `PassingFault` for what may pass; `signal.reason`
 */
export async function get(
  connection: Connection,
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const { signal, silenceMs } = connection;
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), silenceMs);
  let response: Response;
  try {
    response = await connection.fetch(url, {
      headers: { ...connection.headers, ...headers },
      signal: signal === undefined ? silence.signal : AbortSignal.any([signal, silence.signal]),
    });
  } catch (cause) {
    signal?.throwIfAborted();
    const message = silence.signal.aborted ? `no answer within ${silenceMs} ms` : reasonOf(cause);
    throw new PassingFault(message, undefined, { cause });
  } finally {
    clearTimeout(timer);
  }
  const { status } = response;
  if (status !== 408 && status !== 429 && status < 500) return response;
  await response.body?.cancel();
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  throw new PassingFault(`status ${status}`, Number.isFinite(seconds) ? seconds * 1000 : undefined);
}

/** A body in pieces; a connection that stays silent counts as broken. */
export async function* bodyOf(
  response: Response,
  { silenceMs, signal }: Connection,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  try {
    for (;;) {
      const { done, value } = await withinSilence(reader.read(), silenceMs);
      signal?.throwIfAborted();
      if (done) return;
      yield value;
    }
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof PassingFault) throw cause;
    throw new PassingFault(reasonOf(cause), undefined, { cause });
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function withinSilence<T>(reading: Promise<T>, silenceMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new PassingFault(`no bytes within ${silenceMs} ms`)), silenceMs);
    reading.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** What lies beneath `fetch failed`. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
