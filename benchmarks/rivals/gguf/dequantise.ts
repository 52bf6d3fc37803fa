import { widen } from '../../../packages/checkpoint/src/safetensors/widen.js';
import { blockBytes, blockSize, type GgufType } from './block-types.js';

/**
 * The weights that a tensor of a GGUF file stands for. Source: `dequantize_row_…` of `ggml-quants.c`.
 *
 * @param bytes whole blocks
 */
export function dequantise(type: GgufType, bytes: Uint8Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  if (type === 'F32' || type === 'F16') return widen(type, bytes);
  const { codes, scales, least } = blocksOf(type, bytes);
  const weights = new Float32Array(codes.length);
  for (let at = 0; at < weights.length; at++) {
    const block = Math.floor(at / blockSize);
    weights[at] = codes[at]! * scales[block]! + least[block]!;
  }
  return weights;
}

/** `weight = code · scale + least`, each block of 32 with a scale and a least of its own. */
export interface CodedBlocks {
  /** One for each weight, in their order. */
  readonly codes: Int8Array;
  readonly scales: Float32Array;
  readonly least: Float32Array;
}

/** Codes and scales of a quantised tensor, taken apart and nothing rounded. */
export function blocksOf(type: 'Q4_0' | 'Q4_1' | 'Q8_0', bytes: Uint8Array<ArrayBuffer>): CodedBlocks {
  const size = blockBytes[type];
  const count = bytes.length / size;
  if (!Number.isInteger(count)) throw new Error(`${bytes.length} bytes are no whole blocks of ${type}`);
  const codes = new Int8Array(count * blockSize);
  const halves = new Uint8Array(4 * count);
  const head = type === 'Q4_1' ? 4 : 2;
  for (let block = 0; block < count; block++) {
    const from = block * size;
    halves.set(bytes.subarray(from, from + head), 4 * block);
    const to = block * blockSize;
    for (let at = 0; at < size - head; at++) {
      const byte = bytes[from + head + at]!;
      if (type === 'Q8_0') codes[to + at] = byte;
      else {
        codes[to + at] = byte & 15;
        codes[to + at + 16] = byte >>> 4;
      }
    }
  }
  const numbers = widen('F16', halves);
  const scales = Float32Array.from({ length: count }, (_, block) => numbers[2 * block]!);
  const least = Float32Array.from({ length: count }, (_, block) =>
    type === 'Q4_1' ? numbers[2 * block + 1]! : type === 'Q4_0' ? -8 * scales[block]! : 0,
  );
  return { codes, scales, least };
}
