import { readFile } from 'node:fs/promises';
import { type Recorded, readFloat32Tensors } from './float32-tensors.js';

export type { Recorded };

/** All tensors of a small safetensors file of float32 tensors. */
export async function readFloat32File(path: string): Promise<ReadonlyMap<string, Recorded>> {
  // A Buffer's slices are views of what Node pools.
  return readFloat32Tensors(new Uint8Array(await readFile(path)));
}
