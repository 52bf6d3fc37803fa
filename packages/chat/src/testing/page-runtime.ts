import { chooseRuntime, probeDevice, webBackend } from '@internvl/backend-web';
import mjs from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import type { WebRuntime } from '../web.js';

/** The runtime's files as the test server serves them. */
export const wasmPaths = { mjs, wasm };

/** ONNX Runtime as a bundler serves it. */
export const pageRuntime: WebRuntime = {
  backend: (device, { threads, onNote }) =>
    webBackend({
      device,
      wasmPaths,
      threads,
      fallback: 'none',
      onNotice: ({ words }) => onNote(words),
    }),
  probe: probeDevice,
  choose: chooseRuntime,
};
