import { expect, test } from 'vitest';
import { roundToFloat16, toFloat16 } from './float16.js';

/** The value that float16 bits stand for, by the definition of the format. */
function value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

test('every float16 comes back as it was', () => {
  const all = Array.from({ length: 65536 }, (_, bits) => bits).filter((bits) => !Number.isNaN(value(bits)));
  expect([...toFloat16(Float32Array.from(all, value), 'all')]).toEqual(all);
});

test('rounds to the nearest, ties to even, across all exponents', () => {
  for (let bits = 0; bits < 0x7bff; bits++) {
    const low = value(bits);
    const high = value(bits + 1);
    const middle = (low + high) / 2;
    const step = (high - low) / 8;
    const [below, tie, above] = toFloat16(Float32Array.of(middle - step, middle, middle + step), 'middles');
    expect(below).toBe(bits);
    expect(tie).toBe(bits % 2 === 0 ? bits : bits + 1);
    expect(above).toBe(bits + 1);
  }
});

test('a number is rounded to one that float16 holds', () => {
  for (let bits = 0; bits < 0x7bff; bits += 7) {
    const low = value(bits);
    const step = (value(bits + 1) - low) / 8;
    for (const sign of [1, -1]) {
      expect(roundToFloat16(sign * low)).toBe(sign * low);
      expect(roundToFloat16(sign * (low + 3 * step))).toBe(sign * low);
      expect(roundToFloat16(sign * (low + 5 * step))).toBe(sign * value(bits + 1));
    }
  }
  expect(roundToFloat16(1e-9)).toBe(0);
  expect(roundToFloat16(Number.NaN)).toBeNaN();
  expect(Number.isFinite(roundToFloat16(Number.POSITIVE_INFINITY))).toBe(false);
});

test('infinity and NaN stay, a finite overflow is an error that names the tensor', () => {
  const special = Float32Array.of(
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NaN,
    65504,
    65519,
  );
  expect([...toFloat16(special, 'special')]).toEqual([0x7c00, 0xfc00, 0x7e00, 0x7bff, 0x7bff]);
  expect(() => toFloat16(Float32Array.of(70000), 'mlp1.1.weight')).toThrow(
    expect.objectContaining({ code: 'precision-overflow', facts: { name: 'mlp1.1.weight', value: 70000 } }),
  );
});
