import { chooseRuntime, probeDevice, webBackend } from '@internvl/backend-web';
import { serveWebChat } from '@internvl/chat/web';
import mjs from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';

serveWebChat({
  backend: (device, { threads, onNote }) =>
    webBackend({
      device,
      wasmPaths: { mjs, wasm },
      threads,
      fallback: 'none',
      onNotice: ({ words }) => onNote(words),
    }),
  probe: probeDevice,
  choose: chooseRuntime,
});
