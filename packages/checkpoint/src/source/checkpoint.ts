import type { ModelConfig } from '../model-config.js';
import type { OnProgress } from '../progress.js';
import type { ByteSource } from '../safetensors/byte-source.js';
import type { TensorSource } from '../safetensors/tensor-source.js';

/** An open checkpoint: what it is, its small files, its weights. Close it when done; it holds file handles. */
export interface Checkpoint {
  /** Hub id (`'OpenGVLab/InternVL2-1B'`) or name of the folder. */
  readonly name: string;
  readonly config: ModelConfig;
  readonly files: CheckpointFiles;
  /** Weights under canonical names (`vision_model.…`, `language_model.model.…`), whatever the file calls them. */
  readonly weights: TensorSource;
  /** Weights under the names of the file. */
  readonly tensors: TensorSource;
  /** Where it lies, for messages: a folder's path or name, an address. */
  readonly path: string;
  /** Bytes of all weight files. */
  readonly weightBytes: number;
  /**
   * Content key: 64 hexadecimal digits that change whenever a byte of a weight, configuration or tokenizer file does.
   * Computed on first call. @throws `signal.reason` when aborted
   */
  digest(options?: DigestOptions): Promise<string>;
  /**
   * Text that changes whenever the content may have changed, and costs less than `digest`: sizes and dates of files. Where it
   * is left out, the digest is that.
   */
  readonly identity?: string | undefined;
  /** Set where weights lie on another machine. */
  readonly remote?: RemoteWeights | undefined;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Weight files on another machine, for whoever wants to fetch them whole before they are read. */
export interface RemoteWeights {
  readonly files: readonly RemoteFile[];
  /**
   * The same weights under canonical names, read from copies of the files, in the order of `files`. Closing it closes the
   * copies.
   *
   * @throws `safetensors-header`, `shard-truncated`, `tensor-missing`, `tensor-shape`
   */
  over(
    copies: readonly ByteSource[],
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<{ readonly weights: TensorSource; close(): Promise<void> }>;
}

export interface RemoteFile {
  readonly name: string;
  readonly size: number;
  /** As published; undefined where nobody publishes one. Hexadecimal. */
  readonly sha256?: string | undefined;
  /**
   * Gives `sink` the bytes that it has not got yet, over as many connections as it takes.
   *
   * @throws `network`, `size-mismatch`, `file-missing`, `hub-unauthorized`, `signal.reason`; what `sink` throws
   */
  fetchInto(sink: DownloadSink, options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
}

/** Where a download goes. */
export interface DownloadSink {
  /** Bytes that are there. */
  readonly loaded: number;
  /** Forgets everything: the server gives the whole file or nothing. */
  restart(): Promise<void>;
  append(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
}

export interface DigestOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** The small files of a checkpoint: configuration, tokenizer, templates. No weights. */
export interface CheckpointFiles {
  /** Names relative to the checkpoint, sorted: `['added_tokens.json', 'config.json', …]`. */
  readonly names: readonly string[];
  has(name: string): boolean;
  /** @throws `file-missing` */
  read(name: string): Promise<Uint8Array<ArrayBuffer>>;
  /** UTF-8. @throws `file-missing` */
  readText(name: string): Promise<string>;
  /** @throws `file-missing`, `config-invalid` when it is not JSON */
  readJson(name: string): Promise<unknown>;
  /** All of them, as the tokenizer takes them. */
  readAll(): Promise<Record<string, Uint8Array<ArrayBuffer>>>;
}
