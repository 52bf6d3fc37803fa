import type { Backend, InternVLError } from '@internvl/backend';
import type { ChooseOptions, DeviceFacts, ModelSizes, RuntimeChoice, WebDevice } from '@internvl/backend-web';
import type { ModelStore, OpenWebCheckpointOptions } from '@internvl/checkpoint/web';

export interface OpenBackendOptions {
  /** Threads of the runtime; its own choice when left out. */
  readonly threads?: number | undefined;
  /** Takes a note for people. */
  readonly onNote: (note: string) => void;
}

/** A backend, and what a device of its own adds: `WebBackend` of `@internvl/backend-web` is one. */
export interface DeviceBackend extends Backend {
  /** Resolves when the device is gone, with the `device-lost` error that runs reject with. */
  readonly lost?: Promise<InternVLError> | undefined;
  /** Gives the device back, after the graphs. */
  dispose?(): void | Promise<void>;
}

/**
 * What a worker brings for its models to run on. Everything that touches a runtime is an argument: the chat itself imports
 * none.
 */
export interface WebRuntime {
  /**
   * Opens a backend by the name of its device, `webBackend({ device, wasmPaths, fallback: 'none' })` of
   * `@internvl/backend-web`.
   *
   * @throws `device-missing` when the device is not there; the next one is then tried
   */
  backend(device: WebDevice, options: OpenBackendOptions): Promise<DeviceBackend>;
  /** Devices in the order in which they are tried when nobody says; `['webgpu', 'wasm']` by default. */
  readonly devices?: readonly WebDevice[] | undefined;
  /** What this browser has: `probeDevice` of `@internvl/backend-web`. */
  probe(): Promise<DeviceFacts>;
  /** What suits a model here: `chooseRuntime` of `@internvl/backend-web`. */
  choose(facts: DeviceFacts, sizes: ModelSizes, options: ChooseOptions): RuntimeChoice;
  /** Precisions that are offered, the one to prefer first; `['q4', 'int8', 'fp16', 'fp32']` by default. */
  readonly precisions?: readonly string[] | undefined;
  /** Where converted models are kept; the browser's own storage by default. */
  readonly store?: (() => Promise<ModelStore>) | undefined;
  /** How checkpoints are fetched: another Hub, a token, repetitions. */
  readonly fetching?: Omit<OpenWebCheckpointOptions, 'signal' | 'onProgress'> | undefined;
}
