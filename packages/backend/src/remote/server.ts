import { InternVLError } from '../error.js';
import { untilAborted } from '../until-aborted.js';
import { jsonLengthHeader } from './infer-message.js';
import { serverError } from './server-error.js';
import { slots } from './slots.js';

/** What a server is reached with. */
export interface ServerOptions {
  readonly url: string;
  readonly headers: (() => Readonly<Record<string, string>>) | Readonly<Record<string, string>>;
  readonly fetch: typeof globalThis.fetch;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly retryAfterMs: number;
  readonly concurrency: number;
}

export interface ServerRequest {
  readonly method?: 'GET' | 'POST';
  readonly body?: Uint8Array<ArrayBuffer> | string;
  /** Bytes of the body that are JSON, where tensors follow. */
  readonly jsonBytes?: number;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds; the server's own when left out. */
  readonly timeoutMs?: number | undefined;
}

/** What a server answered with a good status. */
export interface ServerResponse {
  readonly body: Uint8Array;
  readonly jsonBytes: number;
}

/** One server of the Open Inference Protocol: sends requests, a few at a time, and says what went wrong. */
export class InferenceServer {
  readonly #options: ServerOptions;
  readonly #base: string;
  readonly #inTurn: ReturnType<typeof slots>;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#base = options.url.replace(/\/+$/, '');
    this.#inTurn = slots(options.concurrency);
  }

  /**
   * Sends a request and waits for the whole response. One that did not come through, or that the server was too busy for, is sent
   * again: running a graph changes nothing on the server.
   *
   * @throws `network`, `remote-timeout`, the codes of `serverError`, `signal.reason`.
   */
  send(path: string, request: ServerRequest = {}): Promise<ServerResponse> {
    return this.#inTurn(() => this.#untilThrough(path, request), request.signal);
  }

  /** The JSON of a response. @throws as `send`, `remote-unreadable`. */
  async json(path: string, request: ServerRequest = {}): Promise<unknown> {
    const { body } = await this.send(path, request);
    try {
      return JSON.parse(new TextDecoder().decode(body));
    } catch (error) {
      throw new InternVLError(
        'remote-unreadable',
        `Expected JSON from ${this.#base}${path}, got something else; is this the HTTP port of the inference server?`,
        { url: `${this.#base}${path}` },
        { cause: error },
      );
    }
  }

  async #untilThrough(path: string, request: ServerRequest): Promise<ServerResponse> {
    const { retries, retryAfterMs } = this.#options;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#once(path, request);
      } catch (error) {
        const again = InternVLError.is(error, 'network') || InternVLError.is(error, 'remote-busy');
        if (!again || attempt >= retries) throw error;
        await pause(retryAfterMs * 2 ** attempt, request.signal);
      }
    }
  }

  async #once(
    path: string,
    { method, body, jsonBytes, signal, timeoutMs }: ServerRequest,
  ): Promise<ServerResponse> {
    signal?.throwIfAborted();
    const { headers, fetch } = this.#options;
    const url = `${this.#base}${path}`;
    const limitMs = timeoutMs ?? this.#options.timeoutMs;
    const ending = new AbortController();
    const late = new InternVLError(
      'remote-timeout',
      `Expected ${url} to answer within ${limitMs} ms, it did not; ask for less, or raise timeoutMs.`,
      { url, timeoutMs: limitMs },
    );
    const timer = setTimeout(() => ending.abort(late), limitMs);
    const abort = () => ending.abort(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    const exchange = async (): Promise<ServerResponse> => {
      const response = await fetch(url, {
        method: method ?? 'GET',
        headers: {
          ...(body !== undefined && {
            'content-type': jsonBytes === undefined ? 'application/json' : 'application/octet-stream',
          }),
          ...(jsonBytes !== undefined && { [jsonLengthHeader]: String(jsonBytes) }),
          ...(typeof headers === 'function' ? headers() : headers),
        },
        ...(body !== undefined && { body }),
        signal: ending.signal,
      });
      const bytes = new Uint8Array(await response.arrayBuffer());
      if (!response.ok) throw serverError(response.status, bytes, url);
      const length = response.headers.get(jsonLengthHeader);
      if (length === null && response.headers.get('content-type') === 'application/octet-stream') {
        throw hiddenHeader(url);
      }
      return { body: bytes, jsonBytes: length === null ? bytes.byteLength : Number(length) };
    };
    try {
      return await untilAborted(exchange(), ending.signal, () => {});
    } catch (error) {
      if (ending.signal.aborted) throw ending.signal.reason;
      if (InternVLError.is(error)) throw error;
      throw new InternVLError(
        'network',
        `Expected ${url} to answer, got ${reasonOf(error)}; is the server running and reachable?`,
        { url },
        { cause: error },
      );
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }
}

/** A page of another origin sees only the headers that the server exposes. */
function hiddenHeader(url: string): InternVLError {
  return new InternVLError(
    'remote-unreadable',
    `Expected ${jsonLengthHeader} with the tensors from ${url}, got none; in a page of another origin, have the server expose it (Access-Control-Expose-Headers).`,
    { url, header: jsonLengthHeader },
  );
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const waiting = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  return untilAborted(waiting, signal, () => {}).finally(() => clearTimeout(timer));
}

/** `fetch` says only that it failed; why is in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
