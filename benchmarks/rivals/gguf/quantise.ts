import { roundToFloat16, toFloat16 } from '../../../packages/checkpoint/src/write/float16.js';
import { blockBytes, blockSize, bytesOf, type GgufType } from './block-types.js';

/**
 * Weights as a GGUF file holds them, rounded as llama.cpp's own quantiser rounds them. Source: `quantize_row_q4_0_ref`,
 * `quantize_row_q8_0_ref` of `ggml-quants.c`.
 *
 * @param weights whole rows
 */
export function quantise(type: Exclude<GgufType, 'Q4_1'>, weights: Float32Array<ArrayBuffer>): Uint8Array {
  if (type === 'F32') return new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength);
  if (type === 'F16') return new Uint8Array(toFloat16(weights, 'weights').buffer);
  const bytes = new Uint8Array(bytesOf(type, weights.length));
  const scales = new Float32Array(weights.length / blockSize);
  const block = type === 'Q4_0' ? fourBits : eightBits;
  for (let at = 0; at < scales.length; at++) {
    scales[at] = block(
      weights.subarray(at * blockSize, (at + 1) * blockSize),
      bytes.subarray(at * blockBytes[type] + 2, (at + 1) * blockBytes[type]),
    );
  }
  const halves = toFloat16(scales.map(roundToFloat16), 'scales');
  halves.forEach((bits, at) => {
    bytes[at * blockBytes[type]] = bits & 255;
    bytes[at * blockBytes[type] + 1] = bits >>> 8;
  });
  return bytes;
}

/** Codes 0 … 15 around 8; the first half of a block lies in the lower halves of its bytes. */
function fourBits(weights: Float32Array, bytes: Uint8Array): number {
  let extreme = 0;
  for (const weight of weights) if (Math.abs(weight) > Math.abs(extreme)) extreme = weight;
  const scale = extreme / -8;
  const perScale = scale === 0 ? 0 : 1 / scale;
  const code = (at: number) => Math.min(15, Math.trunc(weights[at]! * perScale + 8.5));
  for (let at = 0; at < 16; at++) bytes[at] = code(at) | (code(at + 16) << 4);
  return scale;
}

/** Signed bytes. */
function eightBits(weights: Float32Array, bytes: Uint8Array): number {
  let largest = 0;
  for (const weight of weights) largest = Math.max(largest, Math.abs(weight));
  const scale = largest / 127;
  const perScale = scale === 0 ? 0 : 1 / scale;
  for (let at = 0; at < blockSize; at++) {
    const value = weights[at]! * perScale;
    bytes[at] = Math.sign(value) * Math.floor(Math.abs(value) + 0.5);
  }
  return scale;
}
