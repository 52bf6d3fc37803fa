import type { WasmPaths } from './wasm-paths.js';
import type { WebDevice } from './web-device.js';

/** One device that was passed over for the next. */
export interface WebFallback {
  readonly wanted: WebDevice;
  /** The device that is tried next. */
  readonly next: WebDevice;
  /** What the browser or the runtime said. */
  readonly reason: string;
  /** What to change. */
  readonly remedy: string;
}

/** Something that works, but not as well as it could. */
export interface WebNotice {
  readonly code: 'one-thread';
  readonly words: string;
}

/** What `webBackend` takes. */
export interface WebBackendOptions {
  /** Where graphs run. */
  readonly device: WebDevice;
  /** The two files of ONNX Runtime, as the page serves them. */
  readonly wasmPaths: WasmPaths;
  /** Threads of WASM; by default half of the cores, at most 4, where the page is cross-origin isolated, else 1. */
  readonly threads?: number | undefined;
  /** What to try, in this order, when the device does not work; `['wasm']` by default. `'none'` throws instead. */
  readonly fallback?: readonly WebDevice[] | 'none' | undefined;
  /** Told of each device that did not work before the next is tried. */
  readonly onFallback?: ((fallback: WebFallback) => void) | undefined;
  /** Told of what works less well than it could: one thread for want of isolation headers. */
  readonly onNotice?: ((notice: WebNotice) => void) | undefined;
  /**
   * Computes an attention whose result is known before WebGPU is taken, and passes over an adapter that gets it wrong, as
   * SwiftShader does. On by default; turn it off only to examine such an adapter.
   */
  readonly checkAttention?: boolean | undefined;
}
