import type { DType, TensorData } from '../dtype.js';
import { InternVLError } from '../error.js';
import { arrayOver, isDType } from '../typed-array.js';

/** The protocol's name for each element type a port may have; `BF16` is the one that none of ours is. */
const names: { readonly [T in DType]: string } = {
  float32: 'FP32',
  float16: 'FP16',
  int64: 'INT64',
  int32: 'INT32',
  uint8: 'UINT8',
  int8: 'INT8',
  bool: 'BOOL',
};

/**
 * The element type in which the elements of a datatype are passed. `BF16` is passed as float32: it widens exactly, and what
 * is sent is rounded to the nearest, ties to even.
 *
 * @throws `dtype-unknown` for another one (FP64, unsigned 16 to 64 bits, INT16, BYTES).
 */
export function dtypeOf(datatype: string, port: string): DType {
  if (datatype === 'BF16') return 'float32';
  const type = Object.entries(names).find(([, name]) => name === datatype)?.[0];
  if (type !== undefined && isDType(type)) return type;
  throw new InternVLError(
    'dtype-unknown',
    `Expected "${port}" to be of ${Object.values(names).join(', ')} or BF16, the server has it as ${datatype}; serve the model with a cast there.`,
    { port, type: datatype },
  );
}

/** Bytes of one element on the wire. */
export function bytesOf(datatype: string): number {
  if (datatype === 'BOOL') return 1;
  return datatype === 'BF16' ? 2 : Number(/\d+$/.exec(datatype)?.[0]) / 8;
}

/** The bytes that go over the wire; not copied unless they have to be made. */
export function toWire(datatype: string, data: TensorData[DType]): Uint8Array {
  const wire = datatype === 'BF16' && data instanceof Float32Array ? narrowed(data) : data;
  return new Uint8Array(wire.buffer, wire.byteOffset, wire.byteLength);
}

/** The elements in bytes that came over the wire, which must be aligned and are kept. */
export function fromWire<T extends DType>(datatype: string, type: T, bytes: Uint8Array): TensorData[T] {
  return arrayOver(type, datatype === 'BF16' ? widened(bytes) : bytes);
}

function narrowed(numbers: Float32Array): Uint16Array {
  const bits = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length);
  return Uint16Array.from(bits, (word) => {
    const none = (word & 0x7fffffff) > 0x7f800000;
    // Half of the last place that stays, a little less where that place is even. Not a number stays none.
    return none ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  });
}

function widened(bytes: Uint8Array): Uint8Array {
  const half = arrayOver('float16', bytes);
  return new Uint8Array(Uint32Array.from(half, (word) => word << 16).buffer);
}
