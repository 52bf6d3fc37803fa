import { untilAborted } from '@internvl/backend';
import { ApiError } from './api-error.js';
import { failureOf } from './failure.js';
import type { HeldBytes } from './http/held-bytes.js';
import type { LogEntry } from './server-options.js';

type Told = { -readonly [Name in keyof LogEntry]?: LogEntry[Name] };

export interface ExchangeOptions {
  readonly id: string;
  readonly route: string;
  readonly client: string;
  readonly held: HeldBytes;
  readonly deadlineMs: number;
  readonly startMs: number;
}

/** One request on its way to a response: what ends it, and what must be given back when it has ended. */
export class Exchange {
  readonly id: string;
  readonly route: string;
  readonly held: HeldBytes;
  readonly startMs: number;
  client: string;
  status = 200;
  failure: ApiError | undefined;
  /** Whether answers are being made: a server that closes waits for these. */
  running = false;
  /** Whether the response is a stream, which ends the exchange itself. */
  streams = false;
  /** What the log will tell. */
  readonly told: Told = {};
  readonly #controller = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #releases: (() => void)[] = [];

  constructor({ id, route, client, held, deadlineMs, startMs }: ExchangeOptions) {
    this.id = id;
    this.route = route;
    this.client = client;
    this.held = held;
    this.startMs = startMs;
    this.#timer = setTimeout(() => this.abort(late(deadlineMs)), deadlineMs);
    this.defer(() => held.release());
  }

  /** Fires when the client leaves, the deadline passes or the server closes; its reason is an `ApiError`. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(reason: ApiError): void {
    this.#controller.abort(reason);
  }

  /** The client went away. */
  leave(): void {
    this.abort(clientLeft());
    this.fail(undefined);
  }

  /** Notes what went wrong: why the exchange was aborted, where it was. */
  fail(thrown: unknown): ApiError {
    this.failure = failureOf(this.signal.aborted ? this.signal.reason : thrown);
    this.status = this.failure.status;
    return this.failure;
  }

  /** Something to do when all is over. */
  defer(release: () => void): void {
    this.#releases.push(release);
  }

  /** All is over; idempotent. */
  end(): void {
    clearTimeout(this.#timer);
    for (const release of this.#releases.splice(0)) release();
  }

  /** The result of some work, or the signal's reason as soon as it fires. */
  orAborted<T>(work: Promise<T>): Promise<T> {
    return untilAborted(work, this.signal, () => {});
  }
}

/** Nobody reads it: it is what the log says of a client that went away, with nginx's number. */
export function clientLeft(): ApiError {
  return new ApiError(499, 'client_left', 'The client went away.');
}

export function closing(): ApiError {
  return new ApiError(503, 'shutting_down', 'The server is closing; try another one, or later.', {
    headers: { 'retry-after': '5' },
  });
}

function late(deadlineMs: number): ApiError {
  return new ApiError(
    504,
    'deadline_exceeded',
    `Expected an answer within ${deadlineMs} ms, it took longer; ask for fewer tokens, or later.`,
  );
}

export function stalled(stallMs: number): ApiError {
  return new ApiError(
    408,
    'client_stalled',
    `Expected the answer to be read within ${stallMs} ms of being sent, it was not; read faster, or ask without stream.`,
  );
}
