import { Inputs, type Operator } from '../operator.js';
import type { Value } from '../value.js';
import { converted } from './cast.js';

/** An operator of float32 that takes float16 as well: computed in float32 and rounded once, at the end. */
export function withHalves(operator: Operator): Operator {
  return (attributes) => {
    const kernel = operator(attributes);
    return (inputs) => {
      if (inputs.any(0).type !== 'float16') return kernel(inputs);
      const wide = Array.from({ length: inputs.count }, (_, index) =>
        recast(inputs.optional(index), 'float16', 'float32'),
      );
      return kernel(new Inputs(attributes.node, wide)).map((value) => recast(value, 'float32', 'float16'));
    };
  };
}

function recast(
  value: Value | undefined,
  from: 'float16' | 'float32',
  to: 'float16' | 'float32',
): Value | undefined {
  return value?.type === from ? converted(value, to) : value;
}
