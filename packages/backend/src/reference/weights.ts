import type { ModelSource } from '../backend.js';
import { InternVLError } from '../error.js';
import { bytesPerElement } from '../onnx/element-type.js';
import type { ExternalData, OnnxTensor } from '../onnx/model.js';
import { arrayOver, isDType } from '../typed-array.js';
import { sizeOf, type Value } from './value.js';

/** Reads a part of a file: `length` bytes from byte `offset`, or to the end when `length` is left out. */
export type ReadRange = (path: string, offset: number, length?: number) => Promise<Uint8Array>;

/**
 * The constants of a model.
 *
 * @throws `file-missing`, `dtype-unknown`, `model-unreadable` when a file is shorter than the model says.
 */
export async function readWeights(
  tensors: readonly OnnxTensor[],
  source: ModelSource,
  readRange: ReadRange,
  signal: AbortSignal | undefined,
): Promise<Map<string, Value>> {
  const weights = new Map<string, Value>();
  for (const tensor of tensors) {
    signal?.throwIfAborted();
    const bytes = 'data' in tensor ? tensor.data : await readExternal(tensor.external, source, readRange);
    weights.set(tensor.name, constant(tensor, bytes));
  }
  return weights;
}

/** @throws `dtype-unknown`; `model-unreadable` when there are too few or too many bytes. */
export function constant({ name, type, dims }: OnnxTensor, bytes: Uint8Array): Value {
  if (!isDType(type)) {
    throw new InternVLError(
      'dtype-unknown',
      `Expected weights of an element type in DType, found "${name}" in ${type}; convert them to float32 or float16.`,
      { tensor: name, type },
    );
  }
  const expected = sizeOf(dims) * bytesPerElement(type);
  if (bytes.byteLength === expected) return { type, dims, data: arrayOver(type, bytes) };
  throw new InternVLError(
    'model-unreadable',
    `Expected ${expected} bytes for "${name}" (${type} [${dims.join(', ')}]), found ${bytes.byteLength}; the data file is not the one written with this model, convert again.`,
    { tensor: name, expected, actual: bytes.byteLength },
  );
}

async function readExternal(
  { location, offset, length }: ExternalData,
  source: ModelSource,
  readRange: ReadRange,
): Promise<Uint8Array> {
  if (/^[/\\]|^\w:|(^|[/\\])\.\.([/\\]|$)/.test(location)) {
    throw new InternVLError(
      'model-unreadable',
      `Expected external data beside the model, found "${location}"; a model may not name files elsewhere.`,
      { location },
    );
  }
  if ('path' in source) return readRange(source.path.replace(/[^/\\]*$/, location), offset, length);
  const file = source.externalData?.[location];
  if (file) return file.subarray(offset, offset + length);
  const given = Object.keys(source.externalData ?? {});
  throw new InternVLError(
    'file-missing',
    `Expected the model's external data "${location}" in externalData, got ${given.join(', ') || 'none'}; pass its bytes under that name.`,
    { missing: location, given },
  );
}
