import type { ModelConfig } from '../model-config.js';
import type { OnProgress } from '../progress.js';
import type { TensorSource } from '../safetensors/tensor-source.js';

/** An open checkpoint: what it is, its small files, its weights. Close it when done; it holds file handles. */
export interface Checkpoint {
  readonly config: ModelConfig;
  readonly files: CheckpointFiles;
  /** Weights under canonical names (`vision_model.…`, `language_model.model.…`), whatever the file calls them. */
  readonly weights: TensorSource;
  /** Weights under the names of the file. */
  readonly tensors: TensorSource;
  /** Where it lies: a folder path in Node. */
  readonly path: string;
  /**
   * Content key: 64 hexadecimal digits that change whenever a byte of a weight, configuration or tokenizer file does.
   * Computed on first call. @throws `signal.reason` when aborted
   */
  digest(options?: DigestOptions): Promise<string>;
  /** Idempotent. */
  close(): Promise<void>;
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
