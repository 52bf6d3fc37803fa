import { readFile, writeFile } from 'node:fs/promises';
import { decodeModel, encodeModel } from '@internvl/backend/onnx';

/** A graph beside the one at `path` that gives float32 values of three axes from inside of it too; its own path when none are wanted. */
export async function withOutputs(path: string, names: readonly string[]): Promise<string> {
  if (names.length === 0) return path;
  const model = decodeModel(Uint8Array.from(await readFile(path)));
  const { graph } = model;
  const added = names
    .filter((name) => !graph.outputs.some((output) => output.name === name))
    .map((name) => ({ name, type: 'float32' as const, dims: [`${name}.0`, `${name}.1`, `${name}.2`] }));
  const traced = `${path}.traced.onnx`;
  await writeFile(
    traced,
    encodeModel({ ...model, graph: { ...graph, outputs: [...graph.outputs, ...added] } }),
  );
  return traced;
}
