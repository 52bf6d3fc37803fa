import type {
  DeviceFacts,
  PrecisionSizes,
  RunnablePrecision,
  RuntimeChoice,
  WebDevice,
} from '@internvl/backend-web';
import type { ModelConfig, Progress } from '@internvl/checkpoint';
import type { StoredModel, StoreEstimate, WebModel } from '@internvl/checkpoint/web';
import type { Chat } from '../chat.js';
import type { LoadProgress } from '../load-options.js';
import type { MemoryOptions } from '../memory-options.js';

/** Which model to load. */
export type ModelToLoad =
  /** One that the browser keeps, by its id. */
  | { readonly stored: string }
  /** A checkpoint: converted into the store unless it is there; an interrupted conversion goes on. */
  | {
      readonly checkpoint: WebModel;
      /**
       * How the weights are stored: `'q4'`, `'int8'`, `'fp32'`, or those of vision and language model, `'q8+q4'`, as
       * `StoredModel.precision` has it. What suits this device when left out.
       */
      readonly precision?: string | undefined;
      /** How weights come from the network, as `ModelStore.convert` has it. */
      readonly download?: 'whole' | 'ranges' | undefined;
    };

/** How a model is loaded into the worker. */
export interface WebLoadOptions extends MemoryOptions {
  /**
   * Devices in the order in which they are tried, when loading and again when one is lost: `['webgpu', 'wasm']`. When left
   * out, the one that suits the model, then the others.
   */
  readonly devices?: readonly WebDevice[] | undefined;
  /** Threads of the runtime; its own choice when left out. */
  readonly threads?: number | undefined;
  /** Ends loading; what was downloaded and converted so far is kept for the next time. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  /** Takes a note for people: a device is missing and another one is used. */
  readonly onNote?: ((note: string) => void) | undefined;
}

/** A way to store a checkpoint's weights, and what that takes. */
export interface PrecisionOffer extends PrecisionSizes {
  /** Larger tensors are cut to this size, which the GPU of this device binds at once. */
  readonly maxTensorBytes?: number | undefined;
}

/** A way to store a checkpoint's weights that this device can run, on what, and whether it has room for it. */
export interface OfferedPrecision extends PrecisionOffer, RunnablePrecision {}

/** What is known of a checkpoint before its weights are fetched. */
export interface CheckpointFacts {
  /** Hub id or folder name. */
  readonly name: string;
  readonly config: ModelConfig;
  /** Bytes of the weights as published: what loading it for the first time reads. */
  readonly checkpointBytes: number;
  /** What it takes in each precision that this device can run: what may be offered. None for a device that runs it in none. */
  readonly precisions: readonly OfferedPrecision[];
  /** What this device would run it with, and why. */
  readonly choice: RuntimeChoice;
}

export interface InspectOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Converted models that the browser keeps. */
export interface StoredModels {
  list(): Promise<readonly StoredModel[]>;
  /** Frees its space; unknown ids are no error. */
  remove(id: string): Promise<void>;
  estimate(): Promise<StoreEstimate>;
  /**
   * Whether the browser promised to keep them when the disk gets full. Asking is for the page itself: call
   * `navigator.storage.persist()` there, workers may not.
   */
  persist(): Promise<boolean>;
}

/** A worker that holds models: the page's end. Nothing here computes, so the page is never held up. */
export interface WebChatHost {
  /** What this browser has to run models with. */
  probe(): Promise<DeviceFacts>;
  readonly models: StoredModels;
  /**
   * Reads a checkpoint's configuration and the headers of its weights, not the weights.
   *
   * @throws `model-not-found`, `architecture-unknown` and the other codes of opening a checkpoint, `signal.reason`
   */
  inspect(checkpoint: WebModel, options?: InspectOptions): Promise<CheckpointFacts>;
  /**
   * Loads a model. The chat lives in the worker; there may be several. When a device is lost, what is under way throws
   * `device-lost`, the model is loaded again on the next device, and the next question works; `Answer.backend` says where.
   *
   * @throws the codes of opening, converting and storing a checkpoint, `device-missing`, `host-lost`, `signal.reason`
   */
  load(model: ModelToLoad, options?: WebLoadOptions): Promise<Chat>;
  /** Ends everything and the worker; idempotent. */
  dispose(): Promise<void>;
}
