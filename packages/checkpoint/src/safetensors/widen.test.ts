import { expect, test } from 'vitest';
import { widen } from './widen.js';

/** The value that IEEE 754 gives sixteen bits. */
function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

const all = Uint16Array.from({ length: 65536 }, (_, bits) => bits);

test('every float16 becomes the same number in float32', () => {
  const values = widen('F16', new Uint8Array(all.buffer));
  const wrong = all.filter((bits) => !Object.is(values[bits], halfValue(bits)));
  expect(wrong).toEqual(new Uint16Array());
});

test('every bfloat16 becomes the float32 of which it is the upper half', () => {
  const bits = new Uint32Array(widen('BF16', new Uint8Array(all.buffer)).buffer);
  expect(bits).toEqual(Uint32Array.from(all, (upper) => upper * 65536));
});

test('float32 stays as it is, at any alignment', () => {
  const bytes = new Uint8Array(9);
  bytes.set(new Uint8Array(Float32Array.of(1.5, -2).buffer), 1);
  expect(widen('F32', bytes.subarray(1))).toEqual(Float32Array.of(1.5, -2));
});
