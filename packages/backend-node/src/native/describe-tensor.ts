import { type OnnxType, typeFromCode } from '@internvl/backend/onnx';
import type { Pointer } from './c-api.js';
import { type OrtRuntime, offHeap } from './ort-runtime.js';

/** Element type and sizes; a size that a model leaves open is its name there, `''` for none. */
export interface TensorDescription {
  readonly type: OnnxType;
  readonly shape: readonly (number | string)[];
}

/**
 * Reads an `OrtTensorTypeAndShapeInfo`.
 *
 * @throws `dtype-unknown`.
 */
export function describeTensor(runtime: OrtRuntime, info: Pointer): TensorDescription {
  const { api } = runtime;
  // An enum of C fills the lower half of the place; the rest stays zero.
  const type = typeFromCode(runtime.count((out) => api.getTensorElementType(info, out)));
  const rank = runtime.count((out) => api.getDimensionsCount(info, out));
  const sizes = offHeap(new BigInt64Array(rank));
  runtime.check(api.getDimensions(info, sizes, rank));
  if (!sizes.includes(-1n)) return { type, shape: Array.from(sizes, Number) };
  const names = offHeap(new BigUint64Array(rank));
  runtime.check(api.getSymbolicDimensions(info, names, rank));
  const shape = Array.from(sizes, (size, axis) =>
    size >= 0n ? Number(size) : api.koffi.decode.string(names[axis]!),
  );
  return { type, shape };
}
