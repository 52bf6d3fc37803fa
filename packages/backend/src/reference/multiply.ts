/*
 * Matrix products. Sums are float64 and rounded once, so that the order of summation does not show.
 */

/** `a [rows, inner] · b [inner, columns]` → `[rows, columns]`. Four rows of `b` per pass keep the sums in cache. */
export function multiply(
  a: Float32Array,
  b: Float32Array,
  rows: number,
  inner: number,
  columns: number,
): Float32Array {
  const out = new Float32Array(rows * columns);
  const sums = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    sums.fill(0);
    let k = 0;
    for (; k + 4 <= inner; k += 4) {
      const at = row * inner + k;
      const a0 = a[at]!;
      const a1 = a[at + 1]!;
      const a2 = a[at + 2]!;
      const a3 = a[at + 3]!;
      const b0 = k * columns;
      const b1 = b0 + columns;
      const b2 = b1 + columns;
      const b3 = b2 + columns;
      for (let j = 0; j < columns; j++) {
        sums[j] = sums[j]! + a0 * b[b0 + j]! + a1 * b[b1 + j]! + a2 * b[b2 + j]! + a3 * b[b3 + j]!;
      }
    }
    for (; k < inner; k++) {
      const factor = a[row * inner + k]!;
      for (let j = 0; j < columns; j++) sums[j] = sums[j]! + factor * b[k * columns + j]!;
    }
    out.set(sums, row * columns);
  }
  return out;
}

/** `a [rows, inner] · bᵀ`, `b` being `[columns, inner]` → `[rows, columns]`. */
export function multiplyTransposed(
  a: Float32Array,
  b: Float32Array,
  rows: number,
  inner: number,
  columns: number,
): Float32Array {
  const out = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      out[row * columns + column] = dot(a, row * inner, b, column * inner, inner);
    }
  }
  return out;
}

/** The sum of products of `length` neighbouring elements. */
export function dot(
  a: Float32Array,
  startA: number,
  b: Float32Array,
  startB: number,
  length: number,
): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += a[startA + i]! * b[startB + i]!;
  return sum;
}
