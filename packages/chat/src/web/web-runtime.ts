import type { Backend } from '@internvl/backend';
import type { ModelConfig } from '@internvl/checkpoint';
import type { DeviceFacts } from './device-facts.js';
import type { ModelStore } from './model-store.js';

export interface OpenBackendOptions {
  /** Threads of the runtime; its own choice when left out. */
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** A note for people. */
  readonly onNote: (note: string) => void;
}

/** What a checkpoint needs, known before its weights are fetched. Bytes. */
export interface ModelSizes {
  readonly config: ModelConfig;
  /** Bytes of the converted model by precision, the smallest tensor binding and the like left to the chooser. */
  readonly bytes: Readonly<Record<string, number>>;
  /** Bytes of the largest single tensor by precision. */
  readonly largestTensorBytes: Readonly<Record<string, number>>;
}

/** What a device would run a model with. */
export interface RuntimeChoice {
  /** `'webgpu'`, `'wasm'`; what `WebRuntime.backend` takes. */
  readonly backend: string;
  readonly precision: string;
  /** False when nothing this device has can hold the model. */
  readonly fits: boolean;
  /** Why, in English sentences, each with a code to translate by. */
  readonly words: readonly { readonly code: string; readonly message: string }[];
}

/**
 * What a worker brings for its models to run on: everything that touches a runtime or a browser's storage is an argument,
 * so that the chat itself imports neither.
 */
export interface WebRuntime {
  /**
   * Opens a backend by the name of its device.
   *
   * @throws `device-missing` when there is none; the next name is then tried
   */
  backend(device: string, options: OpenBackendOptions): Promise<Backend>;
  /** Devices in the order in which they are tried when nobody says; `['webgpu', 'wasm']` by default. */
  readonly devices?: readonly string[] | undefined;
  /** What this device is: `probeDevice` of `@internvl/backend-web`. */
  probe(): Promise<DeviceFacts>;
  /** What would run a model of these sizes here. Without it nothing is said before a download. */
  choose?: ((facts: DeviceFacts, sizes: ModelSizes) => RuntimeChoice) | undefined;
  /** Where converted models are kept; the origin's private file system by default. */
  store?: (() => Promise<ModelStore>) | undefined;
  /** Token, endpoint and `fetch` for checkpoints that are fetched. */
  readonly fetching?: FetchOptions | undefined;
}

export interface FetchOptions {
  readonly fetch?: typeof fetch | undefined;
  /** Where hub ids are looked up. */
  readonly endpoint?: string | undefined;
  readonly token?: string | undefined;
}
