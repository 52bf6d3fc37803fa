import { InternVLError, untilAborted } from '@internvl/backend';
import { httpError, retryAfter } from './http-error.js';

export interface EndpointOptions {
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: () => number;
}

/** A server that speaks OpenAI's protocol. */
export class Endpoint {
  readonly #options: EndpointOptions;
  readonly #base: URL;

  /** @throws `invalid-option` */
  constructor(options: EndpointOptions) {
    this.#options = options;
    this.#base = checkedBase(options.baseUrl);
  }

  /**
   * Sends a request and gives the bytes of its response as they come; leaving early ends the request.
   *
   * @throws those of `httpError`, `network`, `remote-timeout`, `signal.reason`
   */
  async *bytes(
    path: string,
    body: object | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array, void, void> {
    const { apiKey, headers, fetch, timeoutMs } = this.#options;
    signal.throwIfAborted();
    const url = this.#url(path);
    const silence = new Silence(timeoutMs);
    const ending = AbortSignal.any([signal, silence.signal]);
    const left = new AbortController();
    try {
      const request = fetch(url, {
        method: body ? 'POST' : 'GET',
        headers: {
          ...(body && { 'content-type': 'application/json', accept: 'text/event-stream' }),
          ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
          ...headers,
        },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.any([ending, left.signal]),
      });
      const response = await untilAborted(request, ending, () => {});
      silence.broken();
      if (!response.ok) throw await this.#refusal(url, response);
      if (!response.body) return;
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await untilAborted(reader.read(), ending, () => {});
        if (done) return;
        // The caller's own time is not the server's silence.
        silence.end();
        yield value;
        silence.broken();
      }
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (silence.signal.aborted) throw silence.signal.reason;
      if (InternVLError.is(error)) throw error;
      throw new InternVLError(
        'network',
        `Expected ${place(url)} to answer, got ${reasonOf(error)}; is the server running and reachable?`,
        { url: place(url) },
        { cause: error },
      );
    } finally {
      silence.end();
      left.abort();
    }
  }

  /** A whole response. @throws as `bytes`, `remote-unreadable` */
  async json(path: string, signal: AbortSignal): Promise<unknown> {
    const decoder = new TextDecoder();
    let text = '';
    for await (const bytes of this.bytes(path, undefined, signal))
      text += decoder.decode(bytes, { stream: true });
    return parsedJson(text + decoder.decode(), this.#url(path));
  }

  /** An error that came in the middle of a stream. */
  failure(path: string, status: number | undefined, text: string): InternVLError {
    return httpError({ status, text, url: place(this.#url(path)) });
  }

  /** What stands behind a question mark stays there. */
  #url(path: string): string {
    const url = new URL(this.#base);
    url.pathname = url.pathname.replace(/\/$/, '') + path;
    return url.href;
  }

  async #refusal(url: string, response: Response): Promise<InternVLError> {
    const retryAfterMs = retryAfter(response.headers, this.#options.clock());
    return httpError({ status: response.status, text: await response.text(), retryAfterMs, url: place(url) });
  }
}

/** @throws `remote-unreadable` */
function parsedJson(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InternVLError(
      'remote-unreadable',
      `Expected JSON from ${place(url)}, got '${text.slice(0, 120)}'; is this an OpenAI-compatible server?`,
      { url: place(url), text: text.slice(0, 1000) },
      { cause },
    );
  }
}

/** A time in which nothing came. */
class Silence {
  readonly #controller = new AbortController();
  readonly #mostMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(mostMs: number) {
    this.#mostMs = mostMs;
    this.broken();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Something came. */
  broken(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const error = new InternVLError(
        'remote-timeout',
        `Expected something from the server within ${this.#mostMs} ms, got nothing; raise timeoutMs, or see to the server.`,
        { timeoutMs: this.#mostMs },
      );
      this.#controller.abort(error);
    }, this.#mostMs);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

function checkedBase(baseUrl: string): URL {
  if (/^https?:\/\//i.test(baseUrl) && URL.canParse(baseUrl)) {
    const base = new URL(baseUrl);
    base.pathname = base.pathname.replace(/\/+$/, '').replace(/\/chat\/completions$/, '');
    return base;
  }
  throw new InternVLError(
    'invalid-option',
    `Expected the address of an OpenAI-compatible server such as http://localhost:8000/v1, got '${baseUrl}'; pass the address up to and with /v1.`,
    { option: 'baseUrl', value: baseUrl },
  );
}

function place(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error
    ? `${error.message} (${error.cause.message || 'no connection'})`
    : error.message;
}
