import { broadcastDims, broadcastOffsets } from '../broadcast.js';
import type { Operator } from '../operator.js';
import { float32, isType, sizeOf, type Value } from '../value.js';

export const add: Operator = () =>
  binary(
    (a, b) => a + b,
    (a, b) => a + b,
  );
export const subtract: Operator = () =>
  binary(
    (a, b) => a - b,
    (a, b) => a - b,
  );
export const multiply: Operator = () =>
  binary(
    (a, b) => a * b,
    (a, b) => a * b,
  );
/** On float32 only: what an integer divided by 0 is, ONNX leaves open. */
export const divide: Operator = () => binary((a, b) => a / b);
/** The larger of two. */
export const larger: Operator = (attributes) => {
  attributes.atMost(2);
  return binary(Math.max, (a, b) => {
    if (a > b) return a;
    return b;
  });
};
/** The smaller of two. */
export const smaller: Operator = (attributes) => {
  attributes.atMost(2);
  return binary(Math.min, (a, b) => {
    if (a < b) return a;
    return b;
  });
};
export const absolute: Operator = () => (inputs) => {
  const { dims, data } = inputs.float32(0);
  return [float32(dims, data.map(Math.abs))];
};

/** Applies a function to two inputs element by element, each stretched to the other's shape. */
function binary(
  float: (a: number, b: number) => number,
  integer?: (a: bigint, b: bigint) => bigint,
): ReturnType<Operator> {
  return (inputs) => {
    const a = inputs.any(0);
    const b = inputs.any(1);
    const dims = broadcastDims(a.dims, b.dims);
    if (!dims)
      throw inputs.failure('shapes that broadcast', `[${a.dims.join(', ')}] and [${b.dims.join(', ')}]`);
    const fromA = broadcastOffsets(a.dims, dims);
    const fromB = broadcastOffsets(b.dims, dims);
    if (isType(a, 'float32') && isType(b, 'float32')) {
      const data = new Float32Array(sizeOf(dims));
      for (let i = 0; i < data.length; i++) data[i] = float(a.data[fromA(i)]!, b.data[fromB(i)]!);
      return [float32(dims, data)];
    }
    if (integer && isType(a, 'int64') && isType(b, 'int64')) {
      const data = new BigInt64Array(sizeOf(dims));
      for (let i = 0; i < data.length; i++) data[i] = integer(a.data[fromA(i)]!, b.data[fromB(i)]!);
      const sum: Value<'int64'> = { type: 'int64', dims, data };
      return [sum];
    }
    throw inputs.failure(integer ? 'two float32 or two int64' : 'two float32', `${a.type} and ${b.type}`);
  };
}
