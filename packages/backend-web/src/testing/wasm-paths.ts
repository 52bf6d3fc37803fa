import mjs from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import type { WasmPaths } from '../wasm-paths.js';

/** The runtime's files as the test server serves them. */
export const wasmPaths: WasmPaths = { mjs, wasm };
