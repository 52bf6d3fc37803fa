/** Bits of the float16 nearest to a number, ties to even; beyond ±65504 infinity. */
export function float16Bits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(size)) return 0x7e00;
  // Numbers of 2^e to 2^(e+1) are 2^(e − 10) apart, those below 2^−14 as far apart as just above it.
  let exponent = Math.max(-14, Math.min(16, Math.floor(Math.log2(size || 2 ** -14))));
  if (size < 2 ** exponent) exponent = Math.max(-14, exponent - 1);
  const steps = size / 2 ** (exponent - 10);
  const floor = Math.floor(steps);
  const rest = steps - floor;
  const rounded = floor + Number(rest > 0.5 || (rest === 0.5 && floor % 2 === 1));
  const bits = rounded + (exponent + 14) * 1024;
  return sign | Math.min(bits, 0x7c00);
}
