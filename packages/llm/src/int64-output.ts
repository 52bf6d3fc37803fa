import { InternVLError, type Tensors } from '@internvl/backend';

/**
 * Takes the whole numbers of an output and frees its tensor.
 *
 * @throws `model-unreadable` when the graph gave no such output or not in int64.
 */
export async function int64Output(results: Tensors, name: string): Promise<readonly number[]> {
  const tensor = results[name];
  const data = await tensor?.getData();
  if (tensor === undefined || !(data instanceof BigInt64Array)) {
    throw new InternVLError(
      'model-unreadable',
      `Expected an int64 output '${name}', got ${tensor ? tensor.type : 'none'}; pass the graph that the converter wrote.`,
      { output: name },
    );
  }
  tensor.dispose();
  return Array.from(data, Number);
}
