import { chooseRuntime, probeDevice, webBackend } from '@internvl/backend-web';
import { serveWebChat } from '@internvl/chat/web';
import mjs from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';

// The page names its worker after the Hub that ids are looked up at; without a name it is the Hub itself.
const endpoint = self.name === '' ? undefined : self.name;

const absolute = (path: string) => new URL(path, self.location.href).href;
const wasmPaths = { mjs: absolute(mjs), wasm: absolute(wasm) };

/** The whole model lives here: images are decoded, cut, seen and talked about in this worker, never in the page. */
serveWebChat({
  backend: (device, { threads, onNote }) =>
    webBackend({ device, wasmPaths, threads, fallback: 'none', onNotice: ({ words }) => onNote(words) }),
  probe: probeDevice,
  choose: chooseRuntime,
  // The page offers to resume, so it need not wait long for a network that is gone.
  fetching: { endpoint, retries: 3 },
});
