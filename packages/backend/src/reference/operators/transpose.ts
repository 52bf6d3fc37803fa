import type { Operator } from '../operator.js';
import { rearranged, sizeOf, stridesOf } from '../value.js';

/** Puts the axes in the order of `perm`; backwards when that is left out. */
export const transpose: Operator = (attributes) => {
  const given = attributes.ints('perm');
  return (inputs) => {
    const value = inputs.any(0);
    const rank = value.dims.length;
    const order = given ?? [...value.dims.keys()].reverse();
    if (
      order.length !== rank ||
      new Set(order).size !== rank ||
      order.some((axis) => !(axis in value.dims))
    ) {
      throw inputs.failure(`an order of ${rank} axes`, order.join(', '));
    }
    const dims = order.map((axis) => value.dims[axis]!);
    const strides = stridesOf(value.dims);
    const steps = order.map((axis) => strides[axis]!);
    // Trailing axes that stay where they are move as one run.
    const moved = order.findLastIndex((axis, place) => axis !== place) + 1;
    return [
      rearranged(value, dims, sizeOf(dims.slice(moved)), (index) => {
        let rest = index;
        let offset = 0;
        for (let place = moved - 1; place >= 0; place--) {
          offset += (rest % dims[place]!) * steps[place]!;
          rest = Math.floor(rest / dims[place]!);
        }
        return offset;
      }),
    ];
  };
};
