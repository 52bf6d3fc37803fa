import { arrayOver, InternVLError, isDType } from '@internvl/backend';
import { bytesPerElement, typeCode } from '@internvl/backend/onnx';
import type { Pointer } from './c-api.js';
import { describeTensor } from './describe-tensor.js';
import { NativeTensor } from './native-tensor.js';
import { type OrtRuntime, offHeap } from './ort-runtime.js';

/** An `OrtValue` over the array of a tensor; it owns nothing, and the array has to outlive it. Release it. */
export function valueOver(runtime: OrtRuntime, { type, data, dims }: NativeTensor): Pointer {
  const { api, memory } = runtime;
  const sizes = offHeap(BigInt64Array.from(dims, BigInt));
  // The library refuses no address at all, also for no elements.
  const place = data.byteLength === 0 ? offHeap(new Uint8Array(8)) : offHeap(data);
  return runtime.made((out) =>
    api.createTensorWithDataAsOrtValue(
      memory,
      place,
      data.byteLength,
      sizes,
      dims.length,
      typeCode(type),
      out,
    ),
  );
}

/** A copy of what an `OrtValue` of the library's holds. */
export function copyOf(runtime: OrtRuntime, value: Pointer): NativeTensor {
  const { api } = runtime;
  const info = runtime.made((out) => api.getTensorTypeAndShape(value, out));
  try {
    const { type, shape } = describeTensor(runtime, info);
    const dims = shape.map(Number);
    if (!isDType(type)) {
      throw new InternVLError(
        'dtype-mismatch',
        `Expected an output in an element type of ours, got ${type}; export the model with a Cast there.`,
        { type },
      );
    }
    const elements = dims.reduce((product, size) => product * size, 1);
    if (elements === 0) return new NativeTensor(type, arrayOver(type, new Uint8Array(0)), dims);
    const data = runtime.made((out) => api.getTensorMutableData(value, out));
    const bytes = new Uint8Array(api.koffi.view(data, elements * bytesPerElement(type))).slice();
    return new NativeTensor(type, arrayOver(type, bytes), dims);
  } finally {
    api.releaseTensorTypeAndShapeInfo(info);
  }
}
