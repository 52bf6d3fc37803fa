import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Backend, InternVLError, type ModelSource } from '@internvl/backend';
import { ortBackend } from '@internvl/backend/ort';
import { nodeBackend } from '@internvl/backend-node';
import { nativeBackend } from '@internvl/backend-node/native';

/**
 * `binding` is onnxruntime-node's own, `native` its library through the C interface, `wasm` onnxruntime-web in Node, which is the engine that
 * browsers run. @throws `device-missing` where there is none, `invalid-option`
 */
export async function backendNamed(name: string, threads: number): Promise<Backend> {
  if (name === 'binding') return nodeBackend({ device: 'cpu', threads });
  if (name === 'wasm') {
    const ort = await import('onnxruntime-web');
    ort.env.wasm.numThreads = threads;
    return ortBackend({ ort, name: 'ort-web:wasm', executionProviders: ['wasm'] });
  }
  if (name === 'native') return nativeBackend({ threads });
  throw new InternVLError(
    'invalid-option',
    `Expected binding, native or wasm, got "${name}"; name one of these.`,
  );
}

/** A graph as the backend takes it: WebAssembly opens no files. */
export async function sourceFor(name: string, path: string, dataFile: string): Promise<ModelSource> {
  if (name !== 'wasm') return { path };
  const externalData = { [dataFile]: await readFile(join(dirname(path), dataFile)) };
  return { bytes: await readFile(path), externalData };
}
