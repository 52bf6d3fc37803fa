import { InternVLError } from '../error.js';
import type { OnnxType } from './model.js';

/** ONNX's number for each element type (TensorProto.DataType) and its size in bytes. */
const types: readonly (readonly [type: OnnxType, code: number, bytes: number])[] = [
  ['float32', 1, 4],
  ['uint8', 2, 1],
  ['int8', 3, 1],
  ['uint16', 4, 2],
  ['int16', 5, 2],
  ['int32', 6, 4],
  ['int64', 7, 8],
  ['string', 8, 0],
  ['bool', 9, 1],
  ['float16', 10, 2],
  ['float64', 11, 8],
  ['uint32', 12, 4],
  ['uint64', 13, 8],
  ['bfloat16', 16, 2],
];

/** ONNX's number for an element type. */
export function typeCode(type: OnnxType): number {
  return types.find(([name]) => name === type)![1];
}

/**
 * The element type with ONNX's number `code`.
 *
 * @throws `dtype-unknown`.
 */
export function typeFromCode(code: number): OnnxType {
  const entry = types.find(([, number]) => number === code);
  if (entry) return entry[0];
  throw new InternVLError(
    'dtype-unknown',
    `Expected one of the element types ${types.map(([name]) => name).join(', ')}, found ONNX's number ${code}; export the model with one of these.`,
    { code },
  );
}

/** Bytes of one element; 0 for strings. */
export function bytesPerElement(type: OnnxType): number {
  return types.find(([name]) => name === type)![2];
}
