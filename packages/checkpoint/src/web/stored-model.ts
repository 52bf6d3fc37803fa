import type { ModelSource } from '@internvl/backend';
import type { Manifest } from '../convert/manifest.js';
import type { ConversionOptions } from '../convert/options.js';
import type { ModelConfig } from '../model-config.js';
import type { ImageSize } from '../onnx/vision-size.js';
import type { OnProgress } from '../progress.js';
import type { Checkpoint, CheckpointFiles } from '../source/checkpoint.js';

/** A converted model that the browser keeps, or a conversion that was interrupted. */
export interface StoredModel {
  /** The key of its content: checkpoint, precision, version of the writer. */
  readonly id: string;
  /** Hub id or folder name of the checkpoint. */
  readonly name: string;
  /** `'fp32'`, or `'fp16+fp32'` where vision and language model differ. */
  readonly precision: string;
  /** What it takes of the storage now, downloaded weights that wait for their conversion included. */
  readonly bytes: number;
  /** What it will take when complete, some megabytes more or less. */
  readonly totalBytes: number;
  /** False for an interrupted conversion: `convert` of the same checkpoint goes on with it. */
  readonly complete: boolean;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** What the browser says of this site's storage. Bytes. */
export interface StoreEstimate {
  /** Taken by everything of this site. */
  readonly usage: number;
  /** The most that this site may take. */
  readonly quota: number;
  /** Whether the browser promised not to clear it when the disk gets full. */
  readonly persisted: boolean;
}

/** Graph and weights in memory, for `Backend.load`. */
export type LoadedGraph = Extract<ModelSource, { readonly bytes: Uint8Array }>;

export interface OpenStoredOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * A complete model of the store. Every call of `vision`, `embed` and `decoder` reads its graph anew with exactly the weights
 * that this graph uses, and checks their hashes; load it, let go of the bytes, then ask for the next.
 */
export interface StoredConvertedModel {
  readonly id: string;
  /** Hub id or folder name of the checkpoint. */
  readonly name: string;
  readonly manifest: Manifest;
  readonly config: ModelConfig;
  /** The checkpoint's own configuration, tokenizer and template files. */
  readonly files: CheckpointFiles;
  /**
   * The vision graph for an input size, pixels; the checkpoint's own tile size by default.
   *
   * @throws `invalid-option` for a size that is no whole number of patches or visual tokens; as `embed`
   */
  vision(size?: ImageSize, options?: OpenStoredOptions): Promise<LoadedGraph>;
  /**
   * The token embedding graph; absent without a language model.
   *
   * @throws `file-missing`, `size-mismatch`, `hash-mismatch` for a damaged file: convert the checkpoint again, and what is
   * damaged is made anew; `signal.reason`
   */
  readonly embed?: (options?: OpenStoredOptions) => Promise<LoadedGraph>;
  /** The decoder graph; absent without a language model. @throws as `embed` */
  readonly decoder?: (options?: OpenStoredOptions) => Promise<LoadedGraph>;
  /** Reads everything and compares sizes and hashes. @throws as `embed` */
  verify(options?: VerifyOptions): Promise<void>;
}

export interface VerifyOptions extends OpenStoredOptions {
  readonly onProgress?: OnProgress | undefined;
}

export interface StoreConvertOptions
  extends Pick<
    ConversionOptions,
    'precision' | 'maxTensorBytes' | 'keep' | 'blockBytes' | 'signal' | 'onProgress'
  > {
  /**
   * How weights come from the network. `'whole'` (default): weight files are fetched into the store first, continued where
   * they broke off, checked against the published hash, and deleted when the conversion is complete. `'ranges'`: they are
   * read straight into the conversion, which takes less room; their hash can't be checked then.
   */
  readonly download?: 'whole' | 'ranges' | undefined;
  /** Compare the hashes of a model that is there already, not only its sizes. Default false. */
  readonly verify?: boolean | undefined;
}

/** Converted models in the browser's own storage. */
export interface ModelStore {
  /** All that is there, newest first, interrupted conversions included. */
  list(): Promise<readonly StoredModel[]>;
  /** Frees its space; unknown ids are no error. Waits for a conversion of it that is under way elsewhere. */
  remove(id: string, options?: OpenStoredOptions): Promise<void>;
  /**
   * Converts a checkpoint, or finds what was converted before; goes on with what was interrupted, also after the tab was
   * closed. One conversion at a time in all tabs: others wait (`status: 'waiting'`).
   *
   * @throws `storage-full` with `facts.needed` and `facts.free`, bytes, before the first byte is written where the browser
   * tells its quota; `hash-mismatch`, `size-mismatch`, `network` and the other codes of the checkpoint's source;
   * `precision-overflow`; `invalid-option`; `signal.reason` when aborted: what was done is kept for the next time
   */
  convert(checkpoint: Checkpoint, options?: StoreConvertOptions): Promise<StoredConvertedModel>;
  /**
   * Opens a complete model. Sizes are checked now, hashes when graphs are read.
   *
   * @throws `model-not-found` for an id that is not there or not complete, `manifest-unsupported` when another version wrote
   * it, `model-unreadable`, `file-missing`, `size-mismatch`
   */
  open(id: string, options?: OpenStoredOptions): Promise<StoredConvertedModel>;
  estimate(): Promise<StoreEstimate>;
  /**
   * Asks the browser to keep the store when the disk gets full; whether it promised. Browsers let pages alone ask: in a worker
   * it only tells what was promised before, so call `navigator.storage.persist()` in the page.
   */
  persist(): Promise<boolean>;
}
