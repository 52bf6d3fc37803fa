import { InternVLError } from '@internvl/backend';
import type { TensorInfo, TensorRange } from './tensor-source.js';

/** Number of elements. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * The elements a range asks for, checked.
 *
 * @throws `invalid-option`
 */
export function resolveRange(info: TensorInfo, range: TensorRange): { first: number; count: number } {
  const total = elementCount(info.shape);
  const first = range.first ?? 0;
  const count = range.count ?? total - first;
  const fits = Number.isSafeInteger(first) && Number.isSafeInteger(count) && first >= 0 && count >= 0;
  if (!fits || first + count > total) {
    throw new InternVLError(
      'invalid-option',
      `Expected a range inside the ${total} elements of ${info.name} [${info.shape.join(', ')}], got ${count} from ${first}.`,
      { tensor: info.name, shape: info.shape, first, count },
    );
  }
  return { first, count };
}

/** Rows along the first axis as a range of elements. */
export function rowRange(
  info: TensorInfo,
  firstRow: number,
  rowCount: number,
): { first: number; count: number } {
  const width = elementCount(info.shape.slice(1));
  return { first: firstRow * width, count: rowCount * width };
}

export function tensorMissing(name: string, among: string): InternVLError {
  return new InternVLError(
    'tensor-missing',
    `Expected a tensor ${name} in ${among}, found none; check the name, or fetch the checkpoint again.`,
    { tensor: name },
  );
}
