import { newArray } from '../../typed-array.js';
import { broadcastDims, broadcastOffsets } from '../broadcast.js';
import type { Operator } from '../operator.js';
import { isType, sizeOf, type Value, words } from '../value.js';

/** `a ≥ b` of int64, element by element, as bool. */
export const greaterOrEqual: Operator = () => (inputs) => {
  const a = inputs.any(0);
  const b = inputs.any(1);
  const dims = broadcastDims(a.dims, b.dims);
  if (!dims || !isType(a, 'int64') || !isType(b, 'int64')) {
    throw inputs.failure('two int64 of shapes that broadcast', `${a.type} and ${b.type}`);
  }
  const fromA = broadcastOffsets(a.dims, dims);
  const fromB = broadcastOffsets(b.dims, dims);
  const data = Uint8Array.from({ length: sizeOf(dims) }, (_, i) =>
    a.data[fromA(i)]! >= b.data[fromB(i)]! ? 1 : 0,
  );
  const result: Value<'bool'> = { type: 'bool', dims, data };
  return [result];
};

/** Elements of the second input where the first is true, else of the third. */
export const where: Operator = () => (inputs) => {
  const [condition, yes, no] = [inputs.any(0), inputs.any(1), inputs.any(2)];
  const sides = broadcastDims(yes.dims, no.dims);
  const dims = sides && broadcastDims(condition.dims, sides);
  if (!dims || condition.type !== 'bool' || yes.type !== no.type || yes.type === 'int64') {
    const given = [condition, yes, no].map(({ type, dims: shape }) => `${type} [${shape.join(', ')}]`);
    throw inputs.failure('a bool and two of one type that fit', given.join(', '));
  }
  const fromCondition = broadcastOffsets(condition.dims, dims);
  const fromYes = broadcastOffsets(yes.dims, dims);
  const fromNo = broadcastOffsets(no.dims, dims);
  const data = newArray(yes.type, sizeOf(dims));
  const target = words(data);
  const [first, second] = [words(yes.data), words(no.data)];
  for (let i = 0; i < target.length; i++) {
    target[i] = condition.data[fromCondition(i)] ? first[fromYes(i)]! : second[fromNo(i)]!;
  }
  return [{ type: yes.type, dims, data }];
};
