import type { ModelConfig } from '@internvl/checkpoint';
import type { DialectName } from './dialect.js';

export interface RemoteChatOptions {
  /** Up to and with the version: `http://localhost:8000/v1`. */
  readonly baseUrl: string;
  /** Name that the server knows the model by. */
  readonly model: string;
  /** Sent as `Authorization: Bearer`. */
  readonly apiKey?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Whose server it is: what differs between them beyond OpenAI's own members. `auto` (the default) asks `GET /models`
   * once and goes by `owned_by`; anything else asks nothing beforehand.
   */
  readonly dialect?: DialectName | 'auto' | undefined;
  /** More members of every request: `{ chat_template_kwargs: { enable_thinking: false } }`. They win over ours. */
  readonly extraBody?: Readonly<Record<string, unknown>> | undefined;
  /** Milliseconds without anything from the server until `remote-timeout`; 120,000 by default. */
  readonly timeoutMs?: number | undefined;
  /** Answers of a `batch` under way at once; 8 by default. */
  readonly concurrency?: number | undefined;
  /** Whether an image may be an http(s) URL, which the server then fetches. Off by default. */
  readonly imageUrls?: boolean | undefined;
  /** Reads an image that is named by its path; `remoteChat` of `@internvl/chat/node` brings one. */
  readonly readFile?: ((path: string) => Promise<Uint8Array>) | undefined;
  /** What the model is, for callers that read `facts.config`: no server tells. */
  readonly config?: ModelConfig | undefined;
  /** Ends connecting; answers have signals of their own. */
  readonly signal?: AbortSignal | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Milliseconds since 1970. */
  readonly clock?: (() => number) | undefined;
}
