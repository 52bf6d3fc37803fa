import { broadcastDims, broadcastOffsets } from '../broadcast.js';
import { multiply, multiplyTransposed } from '../multiply.js';
import type { Operator } from '../operator.js';
import { float32, sizeOf } from '../value.js';

/** `[…, M, K] · […, K, N]` → `[…, M, N]`; leading axes broadcast. */
export const matMul: Operator = () => (inputs) => {
  const a = inputs.float32(0);
  const b = inputs.float32(1);
  const rows = a.dims.at(-2);
  const inner = a.dims.at(-1);
  const columns = b.dims.at(-1);
  const batch = broadcastDims(a.dims.slice(0, -2), b.dims.slice(0, -2));
  if (
    rows === undefined ||
    columns === undefined ||
    inner !== b.dims.at(-2) ||
    inner === undefined ||
    !batch
  ) {
    throw inputs.failure('[…, M, K] and […, K, N]', `[${a.dims.join(', ')}] and [${b.dims.join(', ')}]`);
  }
  const dims = [...batch, rows, columns];
  // One matrix on the right: all rows on the left are one tall matrix.
  if (b.dims.length === 2)
    return [float32(dims, multiply(a.data, b.data, sizeOf(dims) / Math.max(1, columns), inner, columns))];
  const out = new Float32Array(sizeOf(dims));
  const fromA = broadcastOffsets(a.dims.slice(0, -2), batch);
  const fromB = broadcastOffsets(b.dims.slice(0, -2), batch);
  for (let i = 0; i < sizeOf(batch); i++) {
    const left = a.data.subarray(fromA(i) * rows * inner, (fromA(i) + 1) * rows * inner);
    const right = b.data.subarray(fromB(i) * inner * columns, (fromB(i) + 1) * inner * columns);
    out.set(multiply(left, right, rows, inner, columns), i * rows * columns);
  }
  return [float32(dims, out)];
};

/** `A [M, K] · B [K, N] + C`, or with `transB` `B [N, K]` transposed. */
export const gemm: Operator = (attributes) => {
  attributes.only('alpha', 1);
  attributes.only('beta', 1);
  attributes.only('transA', 0);
  const transposed = attributes.int('transB', 0) === 1;
  return (inputs) => {
    const a = inputs.float32(0);
    const b = inputs.float32(1);
    const [rows = 0, inner = 0] = a.dims;
    const [first = 0, second = 0] = b.dims;
    const [innerOfB, columns] = transposed ? [second, first] : [first, second];
    if (a.dims.length !== 2 || b.dims.length !== 2 || inner !== innerOfB) {
      throw inputs.failure('[M, K] and [K, N]', `[${a.dims.join(', ')}] and [${b.dims.join(', ')}]`);
    }
    const out = (transposed ? multiplyTransposed : multiply)(a.data, b.data, rows, inner, columns);
    if (inputs.optional(2)) {
      const bias = inputs.float32(2);
      const from = broadcastOffsets(bias.dims, [rows, columns]);
      for (let i = 0; i < out.length; i++) out[i] = out[i]! + bias.data[from(i)]!;
    }
    return [float32([rows, columns], out)];
  };
};
