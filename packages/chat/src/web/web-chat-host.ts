import type { ModelConfig, Progress } from '@internvl/checkpoint';
import type { Chat } from '../chat.js';
import type { LoadProgress } from '../load-options.js';
import type { DeviceFacts } from './device-facts.js';
import type { CheckpointSource, StorageEstimate, StoredModel } from './model-store.js';
import type { RuntimeChoice } from './web-runtime.js';

/** Which model to load. */
export type WebModel =
  /** One that the browser keeps, by its id. */
  | { readonly stored: string }
  /**
   * A checkpoint: converted into the store unless it is there already. An interrupted conversion goes on where it
   * stopped.
   */
  | {
      readonly checkpoint: CheckpointSource;
      /** Precision of the stored weights, `'int8'`, `'q4'`, …; what suits this device when left out. */
      readonly precision?: string | undefined;
    };

/** How a model is loaded into the worker. */
export interface WebLoadOptions {
  /**
   * Devices in the order in which they are tried, when loading and again when one is lost: `['webgpu', 'wasm']`. What
   * suits the model first when left out.
   */
  readonly devices?: readonly string[] | undefined;
  /** Threads of the runtime; its own choice when left out. */
  readonly threads?: number | undefined;
  /** Most bytes of visual tokens that are kept for further questions about the same images; 64 MiB by default. */
  readonly visionCacheBytes?: number | undefined;
  /** Ends loading; what was downloaded and converted so far is kept for the next time. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  /** A note for people: a device is missing and another one is used. */
  readonly onNote?: ((note: string) => void) | undefined;
}

/** What is known of a checkpoint before its weights are fetched. */
export interface CheckpointFacts {
  /** Hub id or folder name. */
  readonly name: string;
  readonly config: ModelConfig;
  /** Bytes of the weights as published: what loading it for the first time reads. */
  readonly weightBytes: number;
  /** Each precision it can be converted to, and the bytes it would then take in the store. */
  readonly precisions: readonly { readonly precision: string; readonly bytes: number }[];
  /** What this device would run it with, and why; absent where the worker brought no chooser. */
  readonly choice?: RuntimeChoice | undefined;
}

export interface InspectOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** A worker that holds models: the page's end. Nothing here computes; the page is never held up. */
export interface WebChatHost {
  /** What this browser can do. */
  probe(options?: { readonly signal?: AbortSignal | undefined }): Promise<DeviceFacts>;
  /** Converted models that the browser keeps. */
  readonly models: {
    list(): Promise<readonly StoredModel[]>;
    /** Frees its space; unknown ids are no error. */
    remove(id: string): Promise<void>;
    estimate(): Promise<StorageEstimate>;
  };
  /**
   * Reads a checkpoint's configuration and the headers of its weights, a few megabytes at most.
   *
   * @throws `model-not-found`, `architecture-unknown` and the other codes of opening a checkpoint, `signal.reason`
   */
  inspect(checkpoint: CheckpointSource, options?: InspectOptions): Promise<CheckpointFacts>;
  /**
   * Loads a model. The chat lives in the worker; several may. When a device is lost, what is under way throws
   * `device-lost` and the model is loaded again on the next device, so that the next question works;
   * `Answer.backend` says where.
   *
   * @throws the codes of opening and converting a checkpoint, `device-missing`, `host-lost`, `signal.reason`
   */
  load(model: WebModel, options?: WebLoadOptions): Promise<Chat>;
  /** Ends everything and the worker; idempotent. */
  dispose(): Promise<void>;
}
