import { multiply } from '../multiply.js';
import type { Inputs, Operator } from '../operator.js';
import { float32, isType, sizeOf, type Value } from '../value.js';

/** `round(x / scale) + zero` as uint8 with one scale for the whole tensor; halves go to the even neighbour. */
export const quantizeLinear: Operator = (attributes) => {
  attributes.only('block_size', 0);
  return (inputs) => {
    const { dims, data } = inputs.float32(0);
    const scale = scalar(inputs, 1);
    const zero = bytes(inputs, 2).data;
    if (zero.length !== 1) throw inputs.failure('one zero point', String(zero.length));
    const out = Uint8Array.from(data, (x) =>
      Math.min(255, Math.max(0, roundToEven(Math.fround(x / scale)) + zero[0]!)),
    );
    const codes: Value<'uint8'> = { type: 'uint8', dims, data: out };
    return [codes];
  };
};

/**
 * `[…, M, K] · [K, N]` of codes, uint8 and uint8 or int8, → float32 `[…, M, N]`: `scaleA · scaleB · Σ (a − zeroA)(b − zeroB)`; the scale of the
 * right side may be one or `[N]`.
 *
 * Source: com.microsoft.MatMulIntegerToFloat of ONNX Runtime's ContribOperators.md.
 */
export const matMulIntegerToFloat: Operator = (attributes) => {
  attributes.atMost(6);
  return (inputs) => {
    const a = bytes(inputs, 0);
    const b = codes(inputs, 1);
    const scaleA = scalar(inputs, 2);
    const scaleB = inputs.float32(3).data;
    const [inner = 0, columns = 0] = b.dims;
    if (
      b.dims.length !== 2 ||
      a.dims.at(-1) !== inner ||
      (scaleB.length !== 1 && scaleB.length !== columns)
    ) {
      throw inputs.failure(
        '[…, M, K], [K, N] and one or N scales',
        `[${a.dims.join(', ')}], [${b.dims.join(', ')}] and ${scaleB.length}`,
      );
    }
    const rows = sizeOf(a.dims.slice(0, -1));
    const product = multiply(
      centred(a, bytes(inputs, 4)),
      centred(b, codes(inputs, 5)),
      rows,
      inner,
      columns,
    );
    const scaled = product.map((sum, at) => sum * scaleA * scaleB[scaleB.length === 1 ? 0 : at % columns]!);
    return [float32([...a.dims.slice(0, -1), columns], scaled)];
  };
};

function centred({ data }: Value<'uint8' | 'int8'>, zero: Value<'uint8' | 'int8'>): Float32Array {
  return Float32Array.from(data, (code) => code - zero.data[0]!);
}

function codes(inputs: Inputs, index: number): Value<'uint8' | 'int8'> {
  const value = inputs.any(index);
  if (isType(value, 'uint8') || isType(value, 'int8')) return value;
  throw inputs.failure(`input ${index} to be uint8 or int8`, value.type);
}

function bytes(inputs: Inputs, index: number): Value<'uint8'> {
  const value = inputs.any(index);
  if (isType(value, 'uint8')) return value;
  throw inputs.failure(`input ${index} to be uint8`, value.type);
}

function scalar(inputs: Inputs, index: number): number {
  const { data } = inputs.float32(index);
  if (data.length === 1) return data[0]!;
  throw inputs.failure(`input ${index} to be one number`, `${data.length} numbers`);
}

function roundToEven(x: number): number {
  const rounded = Math.round(x);
  return Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
