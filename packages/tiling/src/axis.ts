/** What one output pixel of an axis reads and weighs, for a stretch of outputs. */
export interface Axis {
  /** First source pixel read by output `i`, counted on the whole axis. */
  readonly starts: Int32Array;
  /** One behind the last source pixel read by output `i`. */
  readonly ends: Int32Array;
  /** Pairs of taps per output; outputs that read fewer pixels have zeros. */
  readonly pairs: number;
  /**
   * `1 + 2 × pairs` words per output: the byte offset of its first pixel from the first pixel of the stretch, then
   * per pair of taps the high and the low halves, `q = high · 2^14 + low`, first tap in the low 16 bits.
   */
  readonly table: Int32Array;
}

/** Pillow's BICUBIC: Keys' cubic convolution with a = −0.5. */
function bicubic(x: number): number {
  const a = -0.5;
  const t = Math.abs(x);
  if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  if (t < 2) return (((t - 5) * t + 8) * t - 4) * a;
  return 0;
}

/**
 * Coefficients for outputs `[first, first + count)` of an axis resized from `from` to `to` pixels: float64 weights,
 * widened to the source scale when shrinking, normalised and rounded to 22 bits, in Pillow's order of operations.
 *
 * @param pixelBytes bytes between neighbouring source pixels, for the offsets in the table.
 * @see `precompute_coeffs` and `normalize_coeffs_8bpc` in Pillow's `src/libImaging/Resample.c`.
 */
export function axis(from: number, to: number, first: number, count: number, pixelBytes: number): Axis {
  const scale = from / to;
  const filterScale = Math.max(scale, 1);
  const support = 2 * filterScale;
  const inverse = 1 / filterScale;
  const starts = new Int32Array(count);
  const ends = new Int32Array(count);
  let taps = 0;
  for (let i = 0; i < count; i++) {
    const centre = (first + i + 0.5) * scale;
    starts[i] = Math.max(0, Math.trunc(centre - support + 0.5));
    ends[i] = Math.min(from, Math.trunc(centre + support + 0.5));
    taps = Math.max(taps, ends[i]! - starts[i]!);
  }
  const pairs = (taps + 1) >> 1;
  const record = 1 + 2 * pairs;
  const table = new Int32Array(count * record);
  const weights = new Float64Array(taps);
  for (let i = 0; i < count; i++) {
    const centre = (first + i + 0.5) * scale;
    const start = starts[i]!;
    const length = ends[i]! - start;
    let sum = 0;
    for (let k = 0; k < length; k++) {
      const weight = bicubic((k + start - centre + 0.5) * inverse);
      weights[k] = weight;
      sum += weight;
    }
    const at = i * record;
    table[at] = (start - starts[0]!) * pixelBytes;
    for (let k = 0; k < length; k++) {
      const weight = weights[k]! / sum;
      const q = Math.trunc(weight * 2 ** 22 + (weight < 0 ? -0.5 : 0.5));
      const word = at + 1 + 2 * (k >> 1);
      const shift = (k & 1) << 4;
      table[word]! |= ((q >> 14) & 0xffff) << shift;
      table[word + 1]! |= (q & 0x3fff) << shift;
    }
  }
  return { starts, ends, pairs, table };
}
