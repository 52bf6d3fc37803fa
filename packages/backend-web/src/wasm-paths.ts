import { InternVLError } from '@internvl/backend';

/**
 * Where the two files of ONNX Runtime lie, as URLs: absolute, or relative to the page or worker. Both belong to one build:
 * `ort-wasm-simd-threaded.asyncify.{mjs,wasm}` for `onnxruntime-web/webgpu`, which is what this package loads.
 */
export interface WasmPaths {
  readonly mjs: string | URL;
  readonly wasm: string | URL;
}

/** Both files as absolute URLs. */
export interface ResolvedWasmPaths {
  readonly mjs: string;
  readonly wasm: string;
}

const remedy =
  "pass wasmPaths: { mjs, wasm } with the URLs of both files as your page serves them; with Vite: import mjs from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url', import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url'";

/**
 * Makes the URLs absolute. Without them a bundled page would start its threads from its own code, which never answers.
 *
 * @throws `invalid-option` when one of the two is missing or no URL.
 */
export function resolveWasmPaths(paths: WasmPaths | undefined, base: string): ResolvedWasmPaths {
  return { mjs: resolve('mjs', paths, base), wasm: resolve('wasm', paths, base) };
}

function resolve(file: 'mjs' | 'wasm', paths: WasmPaths | undefined, base: string): string {
  const given = paths?.[file];
  if (given) {
    try {
      return new URL(given, base).href;
    } catch {
      // Refused below, with the remedy.
    }
  }
  throw new InternVLError(
    'invalid-option',
    `Expected wasmPaths.${file} to be the URL of ONNX Runtime's .${file} file, got ${given ? `"${given}"` : 'none'}; threads hang without it: ${remedy}.`,
    { option: `wasmPaths.${file}`, value: given === undefined ? given : String(given), remedy },
  );
}
