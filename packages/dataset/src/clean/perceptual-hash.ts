import { DatasetError } from '../error.js';
import type { Hash64 } from './text-key.js';

/** Side of the grey square that is hashed, and of the low frequencies that are kept, pixels. */
export const GREY_SIDE = 32;
const KEPT = 8;

/**
 * The 64-bit perceptual hash (pHash) of an image: whether each of the 8 × 8 lowest frequencies of its discrete cosine transform is
 * above their median; the mean of the image does not count for it. Scaling and recompression hardly change it.
 *
 * @param grey `[32, 32]` of 8 bits, the whole image resized to the square
 * @throws `shape-mismatch`
 */
export function perceptualHash(grey: Uint8Array): Hash64 {
  if (grey.length !== GREY_SIDE * GREY_SIDE) {
    throw new DatasetError(
      'shape-mismatch',
      `Expected ${GREY_SIDE} × ${GREY_SIDE} grey pixels, got ${grey.length}; resize the image to that square.`,
      { expected: GREY_SIDE * GREY_SIDE, got: grey.length },
    );
  }
  // Rows first, and of their frequencies the lowest alone: the others are not asked for.
  const rows = new Float64Array(GREY_SIDE * KEPT);
  for (let y = 0; y < GREY_SIDE; y++) {
    for (let u = 0; u < KEPT; u++) {
      let sum = 0;
      for (let x = 0; x < GREY_SIDE; x++) sum += grey[y * GREY_SIDE + x]! * cosine(x, u);
      rows[y * KEPT + u] = sum;
    }
  }
  const frequencies = new Float64Array(KEPT * KEPT);
  for (let v = 0; v < KEPT; v++) {
    for (let u = 0; u < KEPT; u++) {
      let sum = 0;
      for (let y = 0; y < GREY_SIDE; y++) sum += rows[y * KEPT + u]! * cosine(y, v);
      frequencies[v * KEPT + u] = sum;
    }
  }
  const sorted = frequencies.slice(1).sort();
  const median = sorted[sorted.length >> 1] ?? 0;
  let high = 0;
  let low = 0;
  for (let at = 0; at < KEPT * KEPT; at++) {
    const bit = frequencies[at]! > median ? 1 : 0;
    if (at < 32) high = (high << 1) | bit;
    else low = (low << 1) | bit;
  }
  return { high: high >>> 0, low: low >>> 0 };
}

function cosine(place: number, frequency: number): number {
  return Math.cos(((2 * place + 1) * frequency * Math.PI) / (2 * GREY_SIDE));
}

/** Bits in which two hashes differ, 0 to 64. */
export function hammingDistance(first: Hash64, second: Hash64): number {
  return bits(first.high ^ second.high) + bits(first.low ^ second.low);
}

function bits(value: number): number {
  let count = value - ((value >>> 1) & 0x55555555);
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333);
  return Math.imul((count + (count >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
