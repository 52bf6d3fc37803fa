import type { DType } from '../../dtype.js';
import { typeFromCode } from '../../onnx/element-type.js';
import { isDType, newArray } from '../../typed-array.js';
import { fromHalf, toHalf } from '../half.js';
import type { Operator } from '../operator.js';
import type { Value } from '../value.js';

/** Converts element by element; to a smaller type the way ONNX Runtime does: integers by truncation. */
export const cast: Operator = (attributes) => {
  const to = typeFromCode(attributes.int('to', 0));
  if (!isDType(to)) throw attributes.unsupported('an element type of DType to cast to', to);
  return (inputs) => [converted(inputs.any(0), to)];
};

/** Every element as another type. */
export function converted(value: Value, to: DType): Value {
  if (value.type === to) return value;
  const { dims } = value;
  const data = newArray(to, value.data.length);
  const number = reader(value);
  if (data instanceof BigInt64Array) {
    for (let i = 0; i < data.length; i++) data[i] = BigInt(Math.trunc(number(i)));
  } else if (to === 'float16') {
    for (let i = 0; i < data.length; i++) data[i] = toHalf(number(i));
  } else if (to === 'bool') {
    for (let i = 0; i < data.length; i++) data[i] = number(i) === 0 ? 0 : 1;
  } else {
    for (let i = 0; i < data.length; i++) data[i] = number(i);
  }
  return { type: to, dims, data };
}

/** The elements of a value as numbers. */
function reader({ type, data }: Value): (index: number) => number {
  if (type === 'float16') return (index) => fromHalf(Number(data[index]));
  return (index) => Number(data[index]);
}
