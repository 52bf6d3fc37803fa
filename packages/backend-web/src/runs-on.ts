import type { WebDevice } from './web-device.js';

/**
 * Whether a backend runs weights that are stored so, at a speed that anyone would wait for.
 *
 * In WASM ONNX Runtime 1.30 has no `GatherBlockQuantized`, by which a language model in blocks reads its embeddings: it does
 * not load. Products of blocks have no kernel there, which makes a vision tower in blocks slow. Half floats are for GPUs. WebGPU
 * has no products of bytes, `int8`; the processor computes them.
 *
 * @param precision a name for all of a model, or those of vision and language model, `'q8+int8'`
 */
export function runsOn(backend: WebDevice, precision: string): boolean {
  const [vision = '', llm = vision] = precision.split('+');
  if (backend === 'webgpu') return llm !== 'int8';
  return ['int8', 'fp32'].includes(llm) && !vision.endsWith('16');
}
