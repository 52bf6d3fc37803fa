import type { OrtWeb } from './ort-web.js';
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
  /**
   * `one-thread`: WASM could have more, were the page isolated. `no-subgroups`: the GPU computes wrongly with them and is
   * used without.
   */
  readonly code: 'one-thread' | 'no-subgroups';
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
  /** Milliseconds within which ONNX Runtime has to be there, its download (27 MB) included; 180 000 by default. */
  readonly startLimitMs?: number | undefined;
  /**
   * Another build of the runtime than `onnxruntime-web/webgpu`, with `wasmPaths` to match: the namespace of
   * `onnxruntime-web/jspi` (smaller, needs a browser with JSPI) or `onnxruntime-web/wasm` (smallest, no WebGPU).
   */
  readonly ort?: OrtWeb | undefined;
}
