/** A tensor as a file should hold it. */
export interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A run of elements of a stored tensor, row-major. */
export interface Piece {
  readonly stored: StoredTensor;
  readonly first: number;
  readonly count: number;
}

/** A canonical tensor: what it is, and which pieces of stored tensors, end to end, make it. */
export interface PlannedTensor {
  /** Canonical name. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly pieces: readonly Piece[];
  /** Fields of `config.json` that its shape follows from. */
  readonly fields: readonly string[];
}

/** A canonical tensor that is stored whole. */
export function whole(
  name: string,
  stored: string,
  shape: readonly number[],
  fields: readonly string[],
): PlannedTensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return { name, shape, fields, pieces: [{ stored: { name: stored, shape }, first: 0, count }] };
}
