import { chooseRuntime, probeDevice, webBackend } from '@internvl/backend-web';
import { serveWebChat } from '@internvl/chat/web';
import mjs from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import { type Run, timedBackend } from './timed-backend.js';

const absolute = (path: string) => new URL(path, self.location.href).href;
const wasmPaths = { mjs: absolute(mjs), wasm: absolute(wasm) };

const runs: Run[] = [];
const channel = new BroadcastChannel('runs');
channel.addEventListener('message', () => channel.postMessage(runs.splice(0)));

serveWebChat({
  // A software adapter may be wrong in attention; what comes of it is compared here.
  backend: async (device, { threads }) =>
    timedBackend(
      await webBackend({ device, wasmPaths, threads, fallback: 'none', checkAttention: device !== 'webgpu' }),
      runs,
    ),
  probe: probeDevice,
  choose: chooseRuntime,
});
