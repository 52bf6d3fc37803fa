import { InternVLError } from '@internvl/backend';

/**
 * Float32 numbers as the bits of the nearest float16, ties to even; numbers below the smallest float16 keep what its
 * subnormals can hold.
 *
 * @throws `precision-overflow` when a finite number is beyond float16's 65504: rounding it to infinity would be silent.
 */
export function toFloat16(values: Float32Array, name: string): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let at = 0; at < bits.length; at++) {
    const word = bits[at]!;
    const sign = (word >>> 16) & 0x8000;
    const magnitude = word & 0x7fffffff;
    if (magnitude >= 0x477ff000) {
      if (magnitude < 0x7f800000) throw overflow(values[at]!, name);
      halves[at] = sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00);
    } else if (magnitude >= 0x38800000) {
      const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
      halves[at] = sign | ((rounded - 0x38000000) >>> 13);
    } else {
      halves[at] = sign | roundSubnormal(magnitude);
    }
  }
  return halves;
}

/** The float16 number nearest to a finite one, up to halfway between two; of what is too small for float16, zero. */
export function roundToFloat16(value: number): number {
  const magnitude = Math.abs(value);
  if (!(magnitude > 0)) return value;
  const step = 2 ** (Math.max(Math.floor(Math.log2(magnitude)), -14) - 10);
  return Math.round(value / step) * step;
}

/** Bits of the float16 subnormal nearest to a float32 magnitude below 2⁻¹⁴. */
function roundSubnormal(magnitude: number): number {
  const exponent = magnitude >>> 23;
  if (exponent < 102) return 0;
  const mantissa = (magnitude & 0x7fffff) | 0x800000;
  const shift = 126 - exponent;
  const half = 1 << (shift - 1);
  const rest = mantissa & ((1 << shift) - 1);
  const kept = mantissa >>> shift;
  return kept + (rest > half || (rest === half && (kept & 1) === 1) ? 1 : 0);
}

function overflow(value: number, name: string): InternVLError {
  return new InternVLError(
    'precision-overflow',
    `Expected every weight to fit float16 (up to 65504), ${name} holds ${value}; convert this checkpoint with precision fp32.`,
    { name, value },
  );
}
