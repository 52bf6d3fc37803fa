import type { AnswerOptions, Chat } from '@internvl/chat';
import type { AllowedOrigins } from './http/cors.js';
import type { FetchImage } from './images/load-images.js';
import type { ReadPdf } from './images/read-pdf.js';

/** How answers are made where a request does not say. */
export interface AnswerDefaults extends Omit<AnswerOptions, 'signal' | 'maxTiles'> {
  /** Most tiles of an image without its thumbnail. */
  readonly maxTiles?: number | undefined;
}

/** What a request may ask of the server at most. */
export interface ServerLimits {
  /** Bytes of a body; 32 MiB by default. */
  readonly bodyBytes?: number | undefined;
  /** Longest time a body may take to arrive, Ms; 30 s by default. */
  readonly bodyMs?: number | undefined;
  /**
   * Longest time that a client may leave a piece of a stream unread, Ms; 30 s by default. An answer that nobody reads stands
   * still in its place, where another one could run.
   */
  readonly stallMs?: number | undefined;
  /** Bytes of bodies and fetched images of all requests together; 256 MiB by default. */
  readonly heldBytes?: number | undefined;
  /** Messages of a conversation; 1000 by default. */
  readonly messages?: number | undefined;
  /** Images of a conversation, pages of PDF counting; 32 by default. */
  readonly images?: number | undefined;
  /** Pixels of an image, as its header claims them, or of a page; 50 million by default. */
  readonly pixels?: number | undefined;
  /** Choices of one request (`n`); 8 by default. */
  readonly choices?: number | undefined;
  /** Tokens of an answer; no limit but the context by default. */
  readonly newTokens?: number | undefined;
}

/** One line of the log: what happened, never what was said. Durations in Ms. */
export interface LogEntry {
  /** ISO 8601. */
  readonly time: string;
  readonly id: string;
  /** Who asked, as the queue tells clients apart: `key 0`, or an address. */
  readonly client: string;
  readonly method: string;
  readonly route: string;
  /** 499: the client went away before the end. */
  readonly status: number;
  /** Code of the error, where there was one. */
  readonly code?: string | undefined;
  readonly model?: string | undefined;
  readonly stream?: boolean | undefined;
  readonly images?: number | undefined;
  readonly inputTokens?: number | undefined;
  readonly cachedTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  readonly queuedMs?: number | undefined;
  readonly firstTokenMs?: number | undefined;
  readonly totalMs: number;
  /** Only with `logText`: text of the turns. */
  readonly prompt?: string | undefined;
  /** What went wrong inside, for errors of the server alone. */
  readonly error?: string | undefined;
}

export interface ServerOptions {
  /** Loaded models by the name that clients ask for. They stay the caller's: closing the server disposes none. */
  readonly models: Readonly<Record<string, Chat>>;
  /** Accepted keys (`authorization: Bearer KEY`); everybody may ask when left out. */
  readonly keys?: readonly string[] | undefined;
  /** Origins whose pages may call; none by default. */
  readonly origins?: AllowedOrigins | undefined;
  /**
   * Names that the server answers to, at whatever port (`['localhost', '127.0.0.1']`); all when left out. For a server on a
   * loopback address without keys: a page elsewhere that points a name of its own at this machine is then refused.
   */
  readonly hosts?: readonly string[] | undefined;
  /** Answers made at once, each choice of a request counting; 8 by default. */
  readonly running?: number | undefined;
  /** Requests that may wait besides; 64 by default. */
  readonly waiting?: number | undefined;
  /** Longest time from request to end, Ms; 5 minutes by default. */
  readonly deadlineMs?: number | undefined;
  readonly limits?: ServerLimits | undefined;
  /** How answers are made where a request does not say; greedy and 1024 new tokens by default. */
  readonly defaults?: AnswerDefaults | undefined;
  /** Gets images behind http(s) URLs; they are refused when left out. `@internvl/server/node` has a guarded one. */
  readonly fetchImage?: FetchImage | undefined;
  /** Draws pages of PDF, which count as images; they are refused when left out. `@internvl/server/node` has one. */
  readonly readPdf?: ReadPdf | undefined;
  /** Told of every request when it ends. */
  readonly log?: ((entry: LogEntry) => void) | undefined;
  /** Put the text of conversations in the log; off by default. */
  readonly logText?: boolean | undefined;
  /** Ms since 1970; `Date.now` by default. */
  readonly clock?: (() => number) | undefined;
}

/** Options with everything filled in. */
export interface ResolvedOptions extends Omit<ServerOptions, 'models' | 'limits'> {
  readonly origins: AllowedOrigins;
  readonly running: number;
  readonly waiting: number;
  readonly deadlineMs: number;
  readonly limits: { readonly [Name in keyof ServerLimits]-?: number };
  readonly defaults: AnswerDefaults;
  readonly logText: boolean;
  readonly clock: () => number;
}
