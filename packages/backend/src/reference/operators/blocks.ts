import { multiplyTransposed } from '../multiply.js';
import type { Attributes, Inputs, Operator } from '../operator.js';
import { float32, isType, rearranged, sizeOf } from '../value.js';

/**
 * `[…, K] · wᵀ`, `w [N, K]` in blocks of codes with a scale each: codes `[N, blocks, bytes]`, scales `[N, blocks]`. Computed
 * with activations as they are, the most accurate of what an accuracy level allows.
 *
 * Source: com.microsoft.MatMulNBits of ONNX Runtime's ContribOperators.md.
 */
export const matMulNBits: Operator = (attributes) => {
  attributes.atMost(3);
  const blocks = blocksOf(attributes);
  const rows = attributes.int('N', 0);
  const columns = attributes.int('K', 0);
  return (inputs) => {
    const { dims, data } = inputs.float32(0);
    if (dims.at(-1) !== columns) throw inputs.failure(`rows of ${columns}`, `[${dims.join(', ')}]`);
    const weights = dequantised(inputs, { codes: 1, scales: 2 }, { ...blocks, rows, columns });
    const outer = dims.slice(0, -1);
    return [float32([...outer, rows], multiplyTransposed(data, weights, sizeOf(outer), columns, rows))];
  };
};

/**
 * Rows by index out of a table in blocks: codes `[rows, bytes]` and scales `[rows, blocks]` → float32 `[…, columns]`.
 *
 * Source: com.microsoft.GatherBlockQuantized of ONNX Runtime's ContribOperators.md.
 */
export const gatherBlockQuantized: Operator = (attributes) => {
  attributes.atMost(3);
  attributes.only('gather_axis', 0);
  attributes.only('quantize_axis', 1);
  const blocks = blocksOf(attributes);
  return (inputs) => {
    const [rows = 0, bytes = 0] = inputs.any(0).dims;
    const columns = (bytes * 8) / blocks.bits;
    const table = dequantised(inputs, { codes: 0, scales: 2 }, { ...blocks, rows, columns });
    const indices = inputs.integers(1);
    const wrong = indices.find((index) => index < 0 || index >= rows);
    if (wrong !== undefined) throw inputs.failure(`an index below ${rows}`, String(wrong));
    const dims = [...inputs.any(1).dims, columns];
    return [rearranged(float32([rows, columns], table), dims, columns, (at) => indices[at]! * columns)];
  };
};

/** How weights are grouped: codes of `bits` bits around `2^(bits − 1)`, `blockSize` of them to a scale. */
export interface Blocks {
  readonly bits: number;
  readonly blockSize: number;
}

/** @throws `unsupported-operator` for other than four or eight bits. */
export function blocksOf(attributes: Attributes, bitsName = 'bits'): Blocks {
  const bits = attributes.int(bitsName, 4);
  if (bits !== 4 && bits !== 8) throw attributes.unsupported('four or eight bits', String(bits));
  return { bits, blockSize: attributes.int('block_size', 0) };
}

/** `rows · columns` weights, each row of codes padded to whole blocks. */
export function dequantised(
  inputs: Inputs,
  at: { readonly codes: number; readonly scales: number },
  { bits, blockSize, rows, columns }: Blocks & { readonly rows: number; readonly columns: number },
): Float32Array {
  const codes = inputs.any(at.codes);
  const scales = inputs.float32(at.scales).data;
  const blocks = Math.ceil(columns / blockSize);
  const rowBytes = (blocks * blockSize * bits) / 8;
  if (!isType(codes, 'uint8') || codes.data.length !== rows * rowBytes || scales.length !== rows * blocks) {
    throw inputs.failure(
      `${rows * rowBytes} bytes of codes and ${rows * blocks} scales`,
      `${codes.type} of ${codes.data.length} and ${scales.length}`,
    );
  }
  const zero = 2 ** (bits - 1);
  const weights = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const byte = codes.data[row * rowBytes + Math.floor((column * bits) / 8)]!;
      const code = bits === 8 ? byte : column % 2 === 0 ? byte & 15 : byte >> 4;
      weights[row * columns + column] =
        (code - zero) * scales[row * blocks + Math.floor(column / blockSize)]!;
    }
  }
  return weights;
}
