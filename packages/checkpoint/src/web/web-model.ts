import type { ConnectionOptions } from '../hub/connection.js';
import type { OnProgress } from '../progress.js';

/**
 * Where a browser finds a checkpoint: a Hub id with an optional `@revision`, a folder the visitor chose, the files of a
 * folder that was dropped or chosen in an `<input webkitdirectory>`, or a folder served over HTTP.
 */
export type WebModel = string | FileSystemDirectoryHandle | readonly File[] | ServedFolder;

/** A checkpoint folder that a server hands out. */
export interface ServedFolder {
  /** Address of the folder, absolute or relative to the page; with or without a slash at its end. */
  readonly baseUrl: string;
  /** For people and for the manifest; the folder's last part by default. */
  readonly name?: string | undefined;
  /** Names of the files there. Left out, the names that checkpoints use are tried one by one. */
  readonly files?: readonly string[] | undefined;
}

export interface OpenWebCheckpointOptions extends ConnectionOptions {
  /** Another Hub; without a slash at the end. */
  readonly endpoint?: string | undefined;
  /** For gated and private models; sent to the Hub alone, never to the servers it redirects to. */
  readonly token?: string | undefined;
  readonly onProgress?: OnProgress | undefined;
}
