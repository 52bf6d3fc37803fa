import type { Attributes, Inputs, Kernel, Operator } from '../operator.js';
import { float32, sizeOf, type Value } from '../value.js';

/** `(x - mean) / √(variance + epsilon) · scale + bias` over the last axes. (Ba et al., arXiv 1607.06450.) */
export const layerNorm: Operator = (attributes) => {
  const norm = normaliser(attributes, true);
  const axis = attributes.int('axis', -1);
  return (inputs) => [norm(inputs, inputs.float32(0), axis, 1, 2)];
};

/** `x / √(mean of squares + epsilon) · scale` over the last axes. (Zhang and Sennrich, arXiv 1910.07467.) */
export const rmsNorm: Operator = (attributes) => {
  const norm = normaliser(attributes, false);
  const axis = attributes.int('axis', -1);
  return (inputs) => [norm(inputs, inputs.float32(0), axis, 1)];
};

/** LayerNorm of `input + skip + bias`; its fourth output is that sum. Inputs: input, skip, gamma, beta, bias. */
export const skipLayerNorm: Operator = (attributes) => skip(normaliser(attributes, true, 1e-12), 2, 3, 4);

/** RMSNorm of `input + skip + bias`; its fourth output is that sum. Inputs: input, skip, gamma, bias. */
export const skipRmsNorm: Operator = (attributes) =>
  skip(normaliser(attributes, false, 1e-12), 2, undefined, 3);

type Normaliser = (
  inputs: Inputs,
  value: Value<'float32'>,
  axis: number,
  scale: number,
  shift?: number,
) => Value;

function skip(norm: Normaliser, scale: number, shift: number | undefined, bias: number): Kernel {
  return (inputs) => {
    const { dims, data } = inputs.float32(0);
    const other = inputs.float32(1);
    if (other.data.length !== data.length) {
      throw inputs.failure(`a skip input of [${dims.join(', ')}]`, `[${other.dims.join(', ')}]`);
    }
    const offset = inputs.optional(bias) && inputs.float32(bias).data;
    const sum = float32(
      dims,
      data.map((x, i) => x + other.data[i]! + (offset?.[i % offset.length] ?? 0)),
    );
    return [norm(inputs, sum, -1, scale, shift), undefined, undefined, sum];
  };
}

/** Normalises rows; `scale` and `shift` are the inputs that hold the factors and summands of a row. */
function normaliser(attributes: Attributes, centred: boolean, defaultEpsilon = 1e-5): Normaliser {
  const epsilon = attributes.float('epsilon', defaultEpsilon);
  return (inputs, value, axis, scale, shift) => {
    const width = sizeOf(value.dims.slice(inputs.axis(axis, value.dims.length)));
    const factors = inputs.float32(scale).data;
    const summands = shift !== undefined && inputs.optional(shift) ? inputs.float32(shift).data : undefined;
    if (factors.length !== width) throw inputs.failure(`${width} scales`, String(factors.length));
    const out = new Float32Array(value.data.length);
    for (let start = 0; start < out.length; start += width) {
      const row = value.data.subarray(start, start + width);
      const mean = centred ? average(row, (x) => x) : 0;
      const factor = 1 / Math.sqrt(average(row, (x) => (x - mean) ** 2) + epsilon);
      for (let i = 0; i < width; i++) {
        out[start + i] = (row[i]! - mean) * factor * factors[i]! + (summands?.[i] ?? 0);
      }
    }
    return float32(value.dims, out);
  };
}

function average(row: Float32Array, of: (x: number) => number): number {
  let sum = 0;
  for (const x of row) sum += of(x);
  return sum / row.length;
}
