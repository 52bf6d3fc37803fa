import { newArray } from '../../typed-array.js';
import type { Operator } from '../operator.js';
import { float32, int64, rearranged, sizeOf, type Value } from '../value.js';
import { constant as constantValue } from '../weights.js';

/** A value that the model holds in an attribute. */
export const constant: Operator = (attributes) => {
  const { value, value_float, value_floats, value_int, value_ints } = attributes.node.attributes;
  let made: Value | undefined;
  if (value && 'tensor' in value && 'data' in value.tensor)
    made = constantValue(value.tensor, value.tensor.data);
  else if (value_float && 'float' in value_float) made = float32([], Float32Array.of(value_float.float));
  else if (value_floats && 'floats' in value_floats) {
    made = float32([value_floats.floats.length], Float32Array.from(value_floats.floats));
  } else if (value_int && 'int' in value_int) made = int64([], [value_int.int]);
  else if (value_ints && 'ints' in value_ints) made = int64([value_ints.ints.length], value_ints.ints);
  if (!made)
    throw attributes.unsupported('a tensor or numbers', Object.keys(attributes.node.attributes).join(', '));
  const constantOutput = made;
  return () => [constantOutput];
};

/** A value of the shape that the input lists, full of one element; float32 zeros unless `value` says otherwise. */
export const constantOfShape: Operator = (attributes) => {
  const tensor = attributes.tensor('value');
  const element: Value =
    tensor && 'data' in tensor
      ? constantValue(tensor, tensor.data)
      : { type: 'float32', dims: [1], data: newArray('float32', 1) };
  return (inputs) => {
    const dims = inputs.integers(0);
    if (sizeOf(dims) < 0) throw inputs.failure('sizes from 0', dims.join(', '));
    return [rearranged(element, dims, 1, () => 0)];
  };
};
