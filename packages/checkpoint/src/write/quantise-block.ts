/** Bits of a weight in a block of weights with one scale. */
export type BlockBits = 4 | 8;

/** Weights that share a scale, unless a matrix asks for fewer. */
export const defaultBlockSize = 32;

/** How the weights of a block are coded. */
export interface BlockForm {
  readonly bits: BlockBits;
  /** Weights that share a scale. */
  readonly blockSize: number;
  /** The nearest number that a scale can be stored as. */
  readonly round: (scale: number) => number;
}

/**
 * Shares of the scale at which the largest weight just fits. A smaller one clips it and is finer for the rest, a larger one
 * leaves the furthest code unused. Each is then refitted to the codes that it gives, and the one with the smallest squared
 * error is taken. Four bits have so few steps that it matters; eight do not.
 */
const shares = [1, 1.12, 1.06, 0.94, 0.88, 0.82];

/**
 * Quantises the `count ≤ blockSize` weights at `start` and writes their codes: `weight ≈ scale · (code − 2^(bits − 1))`, two codes
 * of four bits in a byte, the lower half first; places behind `count` get the code of zero.
 *
 * @returns the scale; not a finite number where a weight is none
 */
export function quantiseBlock(
  weights: Float32Array,
  start: number,
  count: number,
  { bits, blockSize, round }: BlockForm,
  codes: Uint8Array,
  at: number,
): number {
  const extreme = extremeOf(weights, start, count);
  const zero = 2 ** (bits - 1);
  // The lowest code is one further from zero than the highest, so the weight furthest out gets it, whatever its sign.
  const scale = round(
    bits === 8 ? Math.abs(extreme) / 127 : finestScale(weights, start, count, -extreme / zero),
  );
  if (scale === 0) {
    codes.fill(bits === 8 ? zero : zero * 17, at, at + (blockSize * bits) / 8);
    return 0;
  }
  const highest = 2 * zero - 1;
  for (let index = 0; index < blockSize; index++) {
    const code = index < count ? codeOf(weights[start + index]!, 1 / scale, zero, highest) : zero;
    if (bits === 8) codes[at + index] = code;
    else if (index % 2 === 0) codes[at + index / 2] = code;
    else codes[at + (index - 1) / 2]! |= code << 4;
  }
  return scale;
}

function codeOf(weight: number, perScale: number, zero: number, highest: number): number {
  const code = Math.floor(weight * perScale + zero + 0.5);
  return Math.min(Math.max(code, 0), highest);
}

/** The weight furthest from zero, with its sign; NaN where one is NaN. */
function extremeOf(weights: Float32Array, start: number, count: number): number {
  let extreme = 0;
  for (let at = start; at < start + count; at++) {
    const weight = weights[at]!;
    if (Math.abs(weight) > Math.abs(extreme) || Number.isNaN(weight)) extreme = weight;
  }
  return extreme;
}

function finestScale(weights: Float32Array, start: number, count: number, full: number): number {
  let best = full;
  let least = Number.POSITIVE_INFINITY;
  for (const share of shares) {
    const scale = refitted(weights, start, count, full * share);
    const perScale = 1 / scale;
    let squares = 0;
    for (let at = start; at < start + count; at++) {
      const weight = weights[at]!;
      const error = weight - scale * (codeOf(weight, perScale, 8, 15) - 8);
      squares += error * error;
    }
    if (squares < least) {
      least = squares;
      best = scale;
    }
  }
  return best;
}

/** The scale with the smallest squared error for the codes that `scale` gives. */
function refitted(weights: Float32Array, start: number, count: number, scale: number): number {
  const perScale = 1 / scale;
  let products = 0;
  let squares = 0;
  for (let at = start; at < start + count; at++) {
    const weight = weights[at]!;
    const code = codeOf(weight, perScale, 8, 15) - 8;
    products += weight * code;
    squares += code * code;
  }
  return products / squares;
}
