import type { DType, TensorData } from './dtype.js';

interface ArrayClass<A> {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): A;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): A;
}

const classes: { readonly [T in DType]: ArrayClass<TensorData[T]> } = {
  float32: Float32Array,
  float16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  int8: Int8Array,
  bool: Uint8Array,
};

/** A new array of zeros that holds `length` elements of a type. */
export function newArray<T extends DType>(type: T, length: number): TensorData[T] {
  return new classes[type](length);
}

/** The elements of `type` that lie in `bytes`, little-endian; copied only where the bytes are not aligned for it. */
export function arrayOver<T extends DType>(type: T, bytes: Uint8Array): TensorData[T] {
  const size = classes[type].BYTES_PER_ELEMENT;
  const { buffer, byteOffset, byteLength } = bytes.byteOffset % size === 0 ? bytes : Uint8Array.from(bytes);
  return new classes[type](buffer, byteOffset, byteLength / size);
}

/** `data` when it is the kind of array that holds elements of `type`; float16 in a `Float16Array` becomes its bits. */
export function elementsOf<T extends DType>(type: T, data: unknown): TensorData[T] | undefined {
  if (holds(type, data)) return data;
  if (type !== 'float16' || !ArrayBuffer.isView(data)) return undefined;
  if (Object.prototype.toString.call(data) !== '[object Float16Array]') return undefined;
  return arrayOver(type, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function holds<T extends DType>(type: T, data: unknown): data is TensorData[T] {
  return data instanceof classes[type];
}

/** True for the name of an element type that ports may have. */
export function isDType(type: string): type is DType {
  return Object.hasOwn(classes, type);
}
