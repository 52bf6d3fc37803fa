import { InternVLError, type Tensors } from '@internvl/backend';

/**
 * Takes the numbers of an output and frees its tensor.
 *
 * @throws `model-unreadable` when the graph gave no such output or not in float32.
 */
export async function float32Output(results: Tensors, name: string): Promise<Float32Array> {
  const tensor = results[name];
  const data = await tensor?.getData();
  if (tensor === undefined || !(data instanceof Float32Array)) {
    throw new InternVLError(
      'model-unreadable',
      `Expected a float32 output '${name}', got ${tensor ? tensor.type : 'none'}; pass the graph that the converter wrote.`,
      { output: name },
    );
  }
  tensor.dispose();
  return data;
}
