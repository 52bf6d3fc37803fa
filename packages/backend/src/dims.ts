import { InternVLError } from './error.js';

/**
 * Opens a shape: checks it against a pattern and returns its sizes in order. A number in the pattern must be
 * met exactly, a name stands for any size, and the same name twice must be the same size.
 *
 * `const [tiles, , , channels] = dims(patches, 'tiles', 32, 32, 'C')`
 *
 * @throws `shape-mismatch` that prints pattern and shape.
 */
export function dims<const P extends readonly (number | string)[]>(
  tensor: { readonly dims: readonly number[] },
  ...pattern: P
): { [K in keyof P]: number } {
  const sizes = tensor.dims;
  const named = new Map<string, number>();
  const fits =
    sizes.length === pattern.length &&
    pattern.every((expected, axis) => {
      const size = sizes[axis]!;
      if (typeof expected === 'number') return size === expected;
      const known = named.get(expected);
      named.set(expected, size);
      return known === undefined || known === size;
    });
  if (!fits) {
    throw new InternVLError(
      'shape-mismatch',
      `Expected a tensor of [${pattern.join(', ')}], got [${sizes.join(', ')}]; check which tensor is passed.`,
      { expected: pattern, actual: sizes },
    );
  }
  return [...sizes] as { [K in keyof P]: number };
}
