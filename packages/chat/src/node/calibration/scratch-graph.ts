import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Backend, Graph, GraphLoadOptions } from '@internvl/backend';
import { encodeModel, type OnnxModel } from '@internvl/backend/onnx';

/** Loads a model that reads the weights beside the file `path`, without leaving a file there. */
export async function scratchGraph(
  backend: Backend,
  model: OnnxModel,
  path: string,
  options: GraphLoadOptions,
): Promise<Graph> {
  const scratch = join(dirname(path), `scratch-${randomUUID()}.onnx`);
  try {
    await writeFile(scratch, encodeModel(model));
    return await backend.load({ path: scratch }, options);
  } finally {
    await rm(scratch, { force: true });
  }
}
