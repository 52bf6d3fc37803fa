import type { StoredDType } from './tensor-source.js';

/** Bytes of one element. */
export function elementBytes(dtype: StoredDType): 2 | 4 {
  return dtype === 'F32' ? 4 : 2;
}

/**
 * Stored elements as float32. Exact: every float16 and bfloat16 number is a float32 number; NaNs keep their payload.
 *
 * @param bytes little-endian elements, `count × elementBytes(dtype)` long, at any alignment
 */
export function widen(dtype: StoredDType, bytes: Uint8Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const aligned = bytes.byteOffset % elementBytes(dtype) === 0 ? bytes : bytes.slice();
  if (dtype === 'F32') return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
  const stored = new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.length / 2);
  const bits = new Uint32Array(stored.length);
  if (dtype === 'BF16') {
    for (let i = 0; i < stored.length; i++) bits[i] = stored[i]! << 16;
  } else {
    for (let i = 0; i < stored.length; i++) bits[i] = widenHalf(stored[i]!);
  }
  return new Float32Array(bits.buffer);
}

/** IEEE 754 binary16 bits to binary32 bits. */
function widenHalf(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = half & 0x7c00;
  const fraction = half & 0x03ff;
  if (exponent === 0x7c00) return sign | 0x7f800000 | (fraction << 13);
  if (exponent !== 0) return sign | ((exponent + 0x1c000) << 13) | (fraction << 13);
  if (fraction === 0) return sign;
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x03ff) << 13);
}
