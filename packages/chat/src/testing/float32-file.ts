import { readFile } from 'node:fs/promises';
import { type Recorded, readFloat32Tensors } from './float32-tensors.js';

export type { Recorded };

/** All tensors of a small safetensors file of float32 tensors. */
export async function readFloat32File(path: string): Promise<ReadonlyMap<string, Recorded>> {
  return readFloat32Tensors(await readFile(path));
}
