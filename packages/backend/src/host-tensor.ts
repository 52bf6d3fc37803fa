import type { DType, TensorData } from './dtype.js';
import { InternVLError } from './error.js';
import type { Tensor } from './tensor.js';

/**
 * A tensor over an array of the caller, on the CPU, without copying.
 *
 * @throws `shape-mismatch` when `data` does not hold exactly as many elements as `dims` says.
 */
export function hostTensor<T extends DType>(
  type: T,
  data: TensorData[T],
  dims: readonly number[],
): Tensor<T> {
  const elements = dims.reduce((product, size) => product * size, 1);
  if (data.length !== elements) {
    throw new InternVLError(
      'shape-mismatch',
      `Expected ${elements} elements for dims [${dims.join(', ')}], got ${data.length}; pass data and dims that agree.`,
      { dims, elements: data.length },
    );
  }
  return { type, data, dims, location: 'cpu', getData: async () => data, dispose: () => {} };
}
