import { bench } from 'vitest';
import { widen } from './widen.js';

const elements = 2 ** 22;
const bytes = Uint8Array.from({ length: 2 * elements }, (_, index) => (index * 37) & 0x3f);

bench('bfloat16, 4 Mi elements', () => {
  widen('BF16', bytes);
});

bench('float16, 4 Mi elements', () => {
  widen('F16', bytes);
});
