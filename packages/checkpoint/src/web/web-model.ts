import type { OnProgress } from '../progress.js';

/**
 * Where a browser finds a checkpoint: a Hub id with an optional `@revision`, a folder the visitor chose, the files of a
 * folder that was dropped or chosen in an `<input webkitdirectory>`, or a folder served over HTTP.
 */
export type WebModel =
  | string
  | FileSystemDirectoryHandle
  | readonly File[]
  | {
      /** Address of the folder, absolute or relative to the page; with or without a slash at its end. */
      readonly baseUrl: string;
      /** For people and for the manifest; the folder's last part by default. */
      readonly name?: string | undefined;
    };

export interface OpenWebCheckpointOptions {
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Another Hub; without a slash at the end. */
  readonly endpoint?: string | undefined;
  /** For gated and private models; sent to the Hub alone, never to the servers it redirects to. */
  readonly token?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
  /** Wait before the first repetition of a failed request; doubles each time. Default 1000 Ms. */
  readonly retryDelayMs?: number | undefined;
  /** Repetitions without progress before giving up. Default 5. */
  readonly retries?: number | undefined;
  /** Silence after which a connection counts as broken. Default 60 000 Ms. */
  readonly silenceMs?: number | undefined;
}
