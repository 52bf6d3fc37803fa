/** The namespace of onnxruntime-web, in whichever of its builds. */
export type OrtWeb = typeof import('onnxruntime-web/webgpu');

/** The build with the native WebGPU execution provider beside the WASM one. */
export function loadOrtWeb(): Promise<OrtWeb> {
  return import('onnxruntime-web/webgpu');
}
