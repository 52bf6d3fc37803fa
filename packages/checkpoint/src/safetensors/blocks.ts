import { elementCount } from './range.js';
import type { TensorReadOptions, TensorSource } from './tensor-source.js';

/** A run of a tensor's elements, as float32. */
export interface TensorBlock {
  /** Index of the first element. */
  readonly first: number;
  readonly data: Float32Array<ArrayBuffer>;
}

export interface TensorBlockOptions extends TensorReadOptions {
  /** Elements at a time. Default 4 Mi: 16 MiB of float32. */
  readonly elements?: number | undefined;
}

/**
 * A tensor in pieces, in order, so that memory stays at one piece however large the tensor is. Leaving the loop early
 * leaves nothing open.
 *
 * @throws as `TensorSource.read`
 */
export async function* readBlocks(
  tensors: TensorSource,
  name: string,
  { elements = 4 * 2 ** 20, signal }: TensorBlockOptions = {},
): AsyncGenerator<TensorBlock, void, undefined> {
  const total = elementCount(tensors.info(name).shape);
  for (let first = 0; first < total; first += elements) {
    const count = Math.min(elements, total - first);
    yield { first, data: await tensors.read(name, { first, count, signal }) };
  }
}
