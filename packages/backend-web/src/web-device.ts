/** A device that onnxruntime-web runs graphs on. */
export type WebDevice = 'webgpu' | 'wasm';

/** Every device, the faster first. */
export const webDevices: readonly WebDevice[] = ['webgpu', 'wasm'];

/** What has to be there for a device. */
export const remedies: Readonly<Record<WebDevice, string>> = {
  webgpu:
    'use a browser with WebGPU and hardware acceleration on, over https or localhost, with a graphics driver that is up to date',
  wasm: "use a browser with WebAssembly SIMD (Chrome 91, Firefox 89, Safari 16.4 or later) and let the page compile WebAssembly (Content-Security-Policy script-src 'wasm-unsafe-eval')",
};
